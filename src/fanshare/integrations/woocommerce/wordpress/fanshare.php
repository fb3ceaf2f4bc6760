<?php
/**
 * Plugin Name: fanshare for WooCommerce
 * Description: Keeps which creators' links led to an order, where the visitor agreed, and shows links with their advertising label.
 * Version: 1.0.0
 * Requires at least: 6.4
 * Requires PHP: 7.4
 * Requires Plugins: woocommerce
 * WC requires at least: 8.5
 * License: Apache-2.0
 * Text Domain: fanshare
 *
 * Nothing is sent anywhere: the list of click ids lies in a first-party cookie and, once there is an order, in the
 * order's own meta data, where fanshare reads it together with the order.
 */

defined( 'ABSPATH' ) || exit;

const FANSHARE_COOKIE = 'fs_path';
const FANSHARE_META   = '_fs_path';
const FANSHARE_MOST   = 20;

/** This plugin works with orders in tables of their own (HPOS) and with the checkout made of blocks. */
add_action(
	'before_woocommerce_init',
	function () {
		if ( class_exists( \Automattic\WooCommerce\Utilities\FeaturesUtil::class ) ) {
			\Automattic\WooCommerce\Utilities\FeaturesUtil::declare_compatibility( 'custom_order_tables', __FILE__, true );
			\Automattic\WooCommerce\Utilities\FeaturesUtil::declare_compatibility( 'cart_checkout_blocks', __FILE__, true );
		}
	}
);

/** Tells the cookie banner of the shop that we ask it (WP Consent API). */
add_filter( 'wp_consent_api_registered_' . plugin_basename( __FILE__ ), '__return_true' );

/** The script that keeps the list in the visitor's browser. It works on cached pages as well. */
add_action(
	'wp_enqueue_scripts',
	function () {
		wp_enqueue_script( 'fanshare', plugins_url( 'fanshare.js', __FILE__ ), array(), '1.0.0', array( 'strategy' => 'defer' ) );
		$settings = array(
			'cookie'    => FANSHARE_COOKIE,
			'most'      => FANSHARE_MOST,
			'unasked'   => 'yes' === get_option( 'fanshare_unasked', 'no' ),
		);
		wp_add_inline_script( 'fanshare', 'window.fanshare=' . wp_json_encode( $settings ) . ';', 'before' );
	}
);

/**
 * The click ids of a cookie, the first one and the last nineteen: what a visitor could have written into it is dropped.
 *
 * @param string $cookie Ids separated by points.
 * @return string[]
 */
function fanshare_path( $cookie ) {
	$ids = array();
	foreach ( explode( '.', substr( (string) $cookie, 0, 4000 ) ) as $id ) {
		if ( preg_match( '/^[A-Za-z0-9_-]{1,64}$/D', $id ) && ! in_array( $id, $ids, true ) ) {
			$ids[] = $id;
		}
	}
	if ( count( $ids ) > FANSHARE_MOST ) {
		$ids = array_merge( array( $ids[0] ), array_slice( $ids, 1 - FANSHARE_MOST ) );
	}
	return $ids;
}

/** Whether the visitor let us keep anything. Global Privacy Control is a no. */
function fanshare_may() {
	if ( isset( $_SERVER['HTTP_SEC_GPC'] ) && '1' === $_SERVER['HTTP_SEC_GPC'] ) {
		return false;
	}
	if ( function_exists( 'wp_has_consent' ) ) {
		return wp_has_consent( 'marketing' );
	}
	return 'yes' === get_option( 'fanshare_unasked', 'no' );
}

/**
 * Writes the list into a new order. Whoever calls saves the order.
 *
 * @param \WC_Order $order The order.
 */
function fanshare_note( $order ) {
	if ( ! isset( $_COOKIE[ FANSHARE_COOKIE ] ) || ! fanshare_may() ) {
		return;
	}
	$path = fanshare_path( sanitize_text_field( wp_unslash( $_COOKIE[ FANSHARE_COOKIE ] ) ) );
	if ( $path ) {
		$order->update_meta_data( FANSHARE_META, implode( ',', $path ) );
	}
}
add_action( 'woocommerce_checkout_create_order', 'fanshare_note', 20, 1 );
add_action( 'woocommerce_store_api_checkout_update_order_meta', 'fanshare_note', 20, 1 );

/**
 * A link with its advertising label in front of it: [fanshare_link href="https://..." label="Werbung"]Linen[/fanshare_link].
 * Without a label no link is shown, because it must not be used without one.
 *
 * @param array|string $given What stands in the brackets.
 * @param string|null  $text  What stands between them.
 * @return string
 */
function fanshare_link( $given, $text = null ) {
	$given = shortcode_atts( array( 'href' => '', 'label' => '', 'lang' => '' ), (array) $given, 'fanshare_link' );
	$label = trim( wp_strip_all_tags( $given['label'] ) );
	$href  = esc_url( $given['href'], array( 'https' ) );
	if ( '' === $label || '' === $href ) {
		return current_user_can( 'edit_posts' ) ? esc_html__( 'fanshare: this link needs href="https://..." and label="...".', 'fanshare' ) : '';
	}
	$lang = '' === $given['lang'] ? '' : sprintf( ' lang="%s"', esc_attr( $given['lang'] ) );
	return sprintf(
		'<span class="fanshare-link"><strong class="fanshare-label"%s>%s</strong> <a href="%s" rel="sponsored noopener">%s</a></span>',
		$lang,
		esc_html( $label ),
		$href,
		esc_html( wp_strip_all_tags( (string) $text ) )
	);
}
add_shortcode( 'fanshare_link', 'fanshare_link' );

/** One question, under WooCommerce > Settings > Advanced: what to do in a shop without a cookie banner that we can ask. */
add_filter(
	'woocommerce_get_settings_advanced',
	function ( $settings, $section ) {
		if ( '' !== $section ) {
			return $settings;
		}
		$ours = array(
			array( 'id' => 'fanshare', 'type' => 'title', 'title' => 'fanshare' ),
			array(
				'id'      => 'fanshare_unasked',
				'type'    => 'checkbox',
				'default' => 'no',
				'title'   => __( 'Without a cookie banner', 'fanshare' ),
				'desc'    => __( 'Keep click ids although no plugin of the WP Consent API asks visitors. Only where the law lets you.', 'fanshare' ),
			),
			array( 'id' => 'fanshare', 'type' => 'sectionend' ),
		);
		return array_merge( $settings, $ours );
	},
	20,
	2
);
