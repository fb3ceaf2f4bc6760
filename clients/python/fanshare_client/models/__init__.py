"""Contains all the data models used in inputs/outputs"""

from .asset_state import AssetState
from .balance_out import BalanceOut
from .bucket import Bucket
from .claim_in import ClaimIn
from .claim_out import ClaimOut
from .claim_out_basis_type_0 import ClaimOutBasisType0
from .claim_out_role import ClaimOutRole
from .claim_out_state import ClaimOutState
from .claim_received import ClaimReceived
from .clicks_out import ClicksOut
from .clock_out import ClockOut
from .code_in import CodeIn
from .code_out import CodeOut
from .compared_out import ComparedOut
from .converted_out import ConvertedOut
from .creator_in import CreatorIn
from .credit_code_in import CreditCodeIn
from .credit_code_refused import CreditCodeRefused
from .credit_codes_in import CreditCodesIn
from .credit_codes_left import CreditCodesLeft
from .credit_codes_out import CreditCodesOut
from .credit_codes_taken import CreditCodesTaken
from .credit_level import CreditLevel
from .credit_levels import CreditLevels
from .difference_out import DifferenceOut
from .event_out import EventOut
from .event_out_data import EventOutData
from .event_type import EventType
from .expense_checked import ExpenseChecked
from .expense_confirmed import ExpenseConfirmed
from .expense_in import ExpenseIn
from .expense_out import ExpenseOut
from .expense_state import ExpenseState
from .fan_in import FanIn
from .fan_part_in import FanPartIn
from .fan_part_out import FanPartOut
from .get_statement_response import GetStatementResponse
from .gift_out import GiftOut
from .gift_out_state import GiftOutState
from .goal_out import GoalOut
from .goal_out_state import GoalOutState
from .group_in import GroupIn
from .group_out import GroupOut
from .joining_code_out import JoiningCodeOut
from .label_out import LabelOut
from .label_shape import LabelShape
from .link_in import LinkIn
from .link_out import LinkOut
from .list_events_type_item import ListEventsTypeItem
from .list_products_state_type_0 import ListProductsStateType0
from .money import Money
from .odd_out import OddOut
from .order_detail import OrderDetail
from .order_in import OrderIn
from .order_out import OrderOut
from .order_reported import OrderReported
from .page_asked import PageAsked
from .page_balance_out import PageBalanceOut
from .page_claim_out import PageClaimOut
from .page_clicks_out import PageClicksOut
from .page_code_out import PageCodeOut
from .page_event_out import PageEventOut
from .page_expense_out import PageExpenseOut
from .page_gift_out import PageGiftOut
from .page_goal_out import PageGoalOut
from .page_link_out import PageLinkOut
from .page_order_out import PageOrderOut
from .page_party_out import PagePartyOut
from .page_payment_out import PagePaymentOut
from .page_product_out import PageProductOut
from .page_ruling_out import PageRulingOut
from .page_run_out import PageRunOut
from .page_share_out import PageShareOut
from .paid_out import PaidOut
from .party_out import PartyOut
from .paused_by import PausedBy
from .payment_out import PaymentOut
from .pays_out import PaysOut
from .pays_out_every import PaysOutEvery
from .problem import Problem
from .problem_errors_type_0_item import ProblemErrorsType0Item
from .product_in import ProductIn
from .product_out import ProductOut
from .product_out_picture import ProductOutPicture
from .product_put import ProductPut
from .product_refused import ProductRefused
from .products_in import ProductsIn
from .products_taken import ProductsTaken
from .programme_out import ProgrammeOut
from .programme_out_admission import ProgrammeOutAdmission
from .punctuality_out import PunctualityOut
from .replay_in import ReplayIn
from .ruling_in import RulingIn
from .ruling_in_kind import RulingInKind
from .ruling_out import RulingOut
from .run_out import RunOut
from .run_out_state import RunOutState
from .run_sum import RunSum
from .share_out import ShareOut
from .share_out_role import ShareOutRole
from .state import State
from .state_in import StateIn
from .step import Step
from .target_change import TargetChange
from .target_in import TargetIn
from .target_made import TargetMade
from .target_made_state import TargetMadeState
from .target_out import TargetOut
from .target_out_state import TargetOutState
from .terms_checked import TermsChecked
from .terms_in import TermsIn
from .terms_in_document import TermsInDocument
from .terms_out import TermsOut
from .terms_out_document import TermsOutDocument
from .terms_published import TermsPublished
from .total_out import TotalOut
from .wait import Wait
from .wait_out import WaitOut
from .way_out import WayOut
from .way_out_way import WayOutWay
from .what import What

__all__ = (
    "AssetState",
    "BalanceOut",
    "Bucket",
    "ClaimIn",
    "ClaimOut",
    "ClaimOutBasisType0",
    "ClaimOutRole",
    "ClaimOutState",
    "ClaimReceived",
    "ClicksOut",
    "ClockOut",
    "CodeIn",
    "CodeOut",
    "ComparedOut",
    "ConvertedOut",
    "CreatorIn",
    "CreditCodeIn",
    "CreditCodeRefused",
    "CreditCodesIn",
    "CreditCodesLeft",
    "CreditCodesOut",
    "CreditCodesTaken",
    "CreditLevel",
    "CreditLevels",
    "DifferenceOut",
    "EventOut",
    "EventOutData",
    "EventType",
    "ExpenseChecked",
    "ExpenseConfirmed",
    "ExpenseIn",
    "ExpenseOut",
    "ExpenseState",
    "FanIn",
    "FanPartIn",
    "FanPartOut",
    "GetStatementResponse",
    "GiftOut",
    "GiftOutState",
    "GoalOut",
    "GoalOutState",
    "GroupIn",
    "GroupOut",
    "JoiningCodeOut",
    "LabelOut",
    "LabelShape",
    "LinkIn",
    "LinkOut",
    "ListEventsTypeItem",
    "ListProductsStateType0",
    "Money",
    "OddOut",
    "OrderDetail",
    "OrderIn",
    "OrderOut",
    "OrderReported",
    "PageAsked",
    "PageBalanceOut",
    "PageClaimOut",
    "PageClicksOut",
    "PageCodeOut",
    "PageEventOut",
    "PageExpenseOut",
    "PageGiftOut",
    "PageGoalOut",
    "PageLinkOut",
    "PageOrderOut",
    "PagePartyOut",
    "PagePaymentOut",
    "PageProductOut",
    "PageRulingOut",
    "PageRunOut",
    "PageShareOut",
    "PaidOut",
    "PartyOut",
    "PausedBy",
    "PaymentOut",
    "PaysOut",
    "PaysOutEvery",
    "Problem",
    "ProblemErrorsType0Item",
    "ProductIn",
    "ProductOut",
    "ProductOutPicture",
    "ProductPut",
    "ProductRefused",
    "ProductsIn",
    "ProductsTaken",
    "ProgrammeOut",
    "ProgrammeOutAdmission",
    "PunctualityOut",
    "ReplayIn",
    "RulingIn",
    "RulingInKind",
    "RulingOut",
    "RunOut",
    "RunOutState",
    "RunSum",
    "ShareOut",
    "ShareOutRole",
    "State",
    "StateIn",
    "Step",
    "TargetChange",
    "TargetIn",
    "TargetMade",
    "TargetMadeState",
    "TargetOut",
    "TargetOutState",
    "TermsChecked",
    "TermsIn",
    "TermsInDocument",
    "TermsOut",
    "TermsOutDocument",
    "TermsPublished",
    "TotalOut",
    "Wait",
    "WaitOut",
    "WayOut",
    "WayOutWay",
    "What",
)
