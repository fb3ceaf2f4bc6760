"""Verifying a statement, alone and against an older one. Needs no database and no network.

Each check has a name and says ``ok``, ``failed`` (with what is stated and what was computed), ``open`` (cannot be
decided from these files; the detail says what to do) or ``note`` (worth knowing, no fault). The stand-alone verifier
(``fanshare/verifier/fanshare_verify.py``) is written independently after the same list.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from fanshare.core import commitments
from fanshare.core.errors import FanshareError
from fanshare.core.log import verify_consistency, verify_inclusion
from fanshare.core.money import format_micros
from fanshare.core.notes import NoteError, VerifierKey, Verify, epoch_origin, open_note
from fanshare.core.recompute import MismatchError, check_shares
from fanshare.core.sentences import gift_sentence, opening_sentence, sentence
from fanshare.core.settlement_leaf import body_hash
from fanshare.core.statement import (
    DOES_NOT_PROVE,
    PROVES,
    Totals,
    gift_position,
    opening_position,
    payout_position,
    seal_text,
    settlement_position,
)
from fanshare.core.statement_compare import against, label, restored, subject
from fanshare.core.statement_conversions import check_conversions
from fanshare.core.statement_form import Link, ReadEntry, ReadStatement, read_statement
from fanshare.core.statement_report import Check, Finding, Report, fail, run

#: How payouts and gifts go on from each of their states.
_AFTER = {
    "in_transit": ("paid", "returned"),
    "paid": ("returned",),
    "returned": (),
    "withheld": ("returned",),
    "exchanged": ("returned",),
    "received": ("returned",),
    "given": ("kept", "back"),
    "kept": (),
    "back": (),
}


def verify(
    statement: Any, verify_signature: Verify, *, older: Any = None, trusted_keys: Sequence[VerifierKey] | None = None
) -> Report:
    """Check a parsed statement (``canonical.parse_json``), and that it continues ``older`` if one is given.

    ``trusted_keys`` are keys of the programme's log that the reader knows from elsewhere; without them the check
    ``trust`` only notes which key signed. Never raises for a bad document: the report says what is wrong.
    """
    read, checks = _read(statement, "form")
    if read is None:
        return Report(tuple(checks))
    checks += _alone(read, verify_signature, trusted_keys)
    if older is not None:
        checks += _older(read, older, verify_signature)
    return Report(tuple(checks))


def _read(statement: Any, name: str) -> tuple[ReadStatement | None, list[Check]]:
    try:
        return read_statement(statement), [Check(name, "ok", "The document has the form of a statement.")]
    except (FanshareError, RecursionError) as error:
        return None, [Check(name, "failed", getattr(error, "message", "The document is nested too deeply."))]


def _alone(read: ReadStatement, verify_signature: Verify, trusted: Sequence[VerifierKey] | None) -> list[Check]:
    return [
        run("seal", lambda: _seal(read, verify_signature)),
        run("checkpoint", lambda: _checkpoint(read, verify_signature)),
        run("keys", lambda: _keys(read, verify_signature)),
        run("trust", lambda: _trust(read, trusted)),
        run("epochs", lambda: _epochs(read)),
        run("proofs", lambda: _proofs(read)),
        run("openings", lambda: _openings(read)),
        run("chains", lambda: _chains(read)),
        run("arithmetic", lambda: _arithmetic(read)),
        run("sentences", lambda: _sentences(read)),
        run("totals", lambda: _totals(read)),
        run("limits", lambda: _limits(read)),
    ]


def _seal(read: ReadStatement, verify_signature: Verify) -> str:
    key = read.keys[-1]
    text = _opened(read.seal, key, verify_signature, "seal")
    expected = seal_text(read.content, key.name)
    if text != expected:
        raise fail("The document was changed after it was sealed.", text.split("\n")[2:3], expected.split("\n")[2:3])
    return "The document is as it was sealed."


def _checkpoint(read: ReadStatement, verify_signature: Verify) -> str:
    key, checkpoint = read.keys[-1], read.checkpoint
    _opened(read.checkpoint_note, key, verify_signature, "checkpoint")
    origin = epoch_origin(key.name, read.epoch)
    if checkpoint.origin != origin:
        raise fail("The checkpoint is of another log.", checkpoint.origin, origin)
    if key.name.rpartition("/")[2] != read.programme_id:
        raise fail("The log belongs to another programme.", read.programme_id, key.name.rpartition("/")[2])
    return f"The programme signed its log of {checkpoint.size} records, epoch {read.epoch}."


def _opened(note: str, key: VerifierKey, verify_signature: Verify, what: str) -> str:
    try:
        text, _ = open_note(note, [key], verify_signature)
    except NoteError as error:
        raise fail(f"The {what} is not signed as it must be: {error.message}") from None
    return text


def rotation_text(new: VerifierKey) -> str:
    """The text of the note by which an old key (and the new one) hand over to ``new``."""
    return f"fanshare-key/1\n{new}\n"


def _keys(read: ReadStatement, verify_signature: Verify) -> str:
    if len(read.rotations) != len(read.keys) - 1:
        raise fail("Each change of key comes with a note.", len(read.rotations), len(read.keys) - 1)
    for old, new, note in zip(read.keys, read.keys[1:], read.rotations, strict=False):
        for key in (old, new):
            if _opened(note, key, verify_signature, "change of key") != rotation_text(new):
                raise fail("The note of a change of key names another key.", note, new)
    return f"{len(read.rotations)} changes of the key, each signed by the key before."


def _trust(read: ReadStatement, trusted: Sequence[VerifierKey] | None) -> str:
    if trusted is None:
        raise Finding("note", f"Compare this key with the one that the programme publishes: {read.keys[-1]}")
    if not set(trusted) & set(read.keys):
        raise fail("None of the keys that you trust vouches for this log.", read.keys[-1], ", ".join(map(str, trusted)))
    return "The log is signed by a key that you trust, or by its successor."


def _epochs(read: ReadStatement) -> str:
    checkpoint, numbers = read.checkpoint, [int(epoch.body["number"]) for epoch in read.epochs]
    if numbers != sorted(set(numbers)) or min(numbers, default=2) < 2 or max(numbers, default=1) != read.epoch:
        raise fail("The restores from backup are not all told.", numbers, f"up to {read.epoch}")
    for epoch in read.epochs:
        size, root = restored(epoch)
        in_log = verify_inclusion(
            body_hash(epoch.body), epoch.index, checkpoint.size, epoch.proof, checkpoint.root
        ) and verify_consistency(size, checkpoint.size, root, checkpoint.root, epoch.consistency)
        if epoch.index != size or not in_log:
            raise fail(f"The restore that began epoch {epoch.body['number']} is not in the log as stated.")
    return f"{len(numbers)} restores from backup, all recorded." if numbers else "The log was never restored."


def _proofs(read: ReadStatement) -> str:
    size, root = read.checkpoint.size, read.checkpoint.root
    for entry in read.entries:
        if not verify_inclusion(entry.chain[0].hash, entry.index, size, entry.proof, root):
            raise fail(f"The record {entry.index} ({label(entry)}) is not in the signed log.")
    if len({entry.index for entry in read.entries}) != len(read.entries):
        raise fail("One record is counted twice.")
    return f"All {len(read.entries)} records are in the signed log."


def _openings(read: ReadStatement) -> str:
    subjects = [tuple(value for key, value in entry.opens.items() if key != "salt") for entry in read.entries]
    if len(set(subjects)) != len(subjects):
        raise fail("One entry appears twice.")
    for entry in read.entries:
        for link in entry.chain:
            if subject(link) != _subject_opened(entry):
                raise fail(f"A record is not about {label(entry)}.", subject(link), _subject_opened(entry))
            for role, salt in link.salts.items():
                stated, computed = _holder(link, role), commitments.who(salt, read.party_id)
                if stated != computed:
                    raise fail(f"The {role}'s share of {label(entry)} is not this party's.", stated, computed)
    return "The shares are this party's, and nobody else's are opened."


def _subject_opened(entry: ReadEntry) -> str:
    opens, salt = entry.opens, bytes.fromhex(entry.opens["salt"])
    if "payout" in opens:
        return commitments.payout(salt, opens["payout"])
    if "opening" in opens:
        return commitments.opening(salt, opens["opening"])
    if "gift" in opens:
        return commitments.gift(salt, opens["gift"])
    return commitments.order_part(salt, opens["connection"], opens["order"], opens["part"])


def _holder(link: Link, role: str) -> str:
    if link.settlement is None:
        return str(link.body[role if link.body["kind"] == "gift" else "who"])
    share = link.settlement.share(role)
    return share.who if share else "no such share"


def _chains(read: ReadStatement) -> str:
    for entry in read.entries:
        if [link.seq for link in entry.chain] != list(range(len(entry.chain), 0, -1)):
            raise fail(f"The earlier records of {label(entry)} are not complete.", [link.seq for link in entry.chain])
        for newer, older in zip(entry.chain, entry.chain[1:], strict=False):
            if newer.body["previous"] != older.hash.hex():
                raise fail(
                    f"An earlier record of {label(entry)} was changed.",
                    newer.body["previous"],
                    older.hash.hex(),
                )
            if newer.settlement is None and not _follows(older.body, newer.body):
                raise fail(f"{label(entry)} cannot go this way.", older.body["state"], newer.body["state"])
    return "Every record names the one before it, back to the first."


def _follows(older: Any, newer: Any) -> bool:
    return newer["state"] in _AFTER[older["state"]] and newer["amount"] == older["amount"]


def _arithmetic(read: ReadStatement) -> str:
    count = 0
    for entry in read.entries:
        for link in entry.chain:
            if link.settlement is not None:
                try:
                    check_shares(link.settlement)
                except MismatchError as error:
                    raise fail(f"{label(entry)}: {error.where}", error.stated, error.computed) from None
                count += 1
    check_conversions(read)
    return f"{count} settlements recomputed, every amount to the last digit."


def _sentences(read: ReadStatement) -> str:
    for entry in read.entries:
        settlement = entry.chain[0].settlement
        for role, stated in entry.sentences.items():
            computed = _told(entry.body, role) if settlement is None else sentence(settlement, role)
            if stated != computed:
                raise fail(f"The sentence of {label(entry)} does not say what the figures say.", stated, computed)
    return "The sentences say what the figures say."


def _told(body: Mapping[str, Any], role: str) -> str:
    return gift_sentence(body, role) if body["kind"] == "gift" else opening_sentence(body)


def _totals(read: ReadStatement) -> str:
    if len({section.currency for section in read.sections}) != len(read.sections):
        raise fail("A currency appears twice.")
    for section in read.sections:
        if read.opened_at is None and section.opening != Totals():
            raise fail("A statement from the beginning opens with nothing.", section.opening.document(), "nothing")
        totals = section.opening
        for entry in section.entries:
            totals = totals.plus(_change(entry, read))
        for name, stated, computed in zip(Totals._fields, section.closing, totals, strict=True):
            if stated != computed:
                what = f"The total {name.replace('_', ' ')} in {section.currency} is not the sum of the lines."
                raise fail(what, format_micros(stated), format_micros(computed))
    return "Opening, lines and payouts add up to the closing totals."


def _change(entry: ReadEntry, read: ReadStatement) -> Totals:
    now = _position(entry.chain[0], read.as_of)
    if entry.counted == 0:
        return now
    if read.opened_at is None or entry.counted > len(entry.chain):
        raise fail(f"{label(entry)} cannot have been counted before.", entry.counted)
    return now.plus(_position(entry.chain[len(entry.chain) - entry.counted], read.opened_at), -1)


def _position(link: Link, at: int) -> Totals:
    if link.settlement is not None:
        return settlement_position(link.settlement, link.salts, at)
    if not link.salts:
        return Totals()
    if link.body["kind"] == "gift":
        return gift_position(link.body, link.salts)
    return opening_position(link.body, at) if link.body["kind"] == "opening" else payout_position(link.body)


def _limits(read: ReadStatement) -> str:
    if read.document["proves"] != list(PROVES) or read.document["does_not_prove"] != list(DOES_NOT_PROVE):
        raise fail("The statement promises more, or warns of less, than this format does.")
    return "The statement says rightly what it proves and what not."


def _older(read: ReadStatement, older: Any, verify_signature: Verify) -> list[Check]:
    old, checks = _read(older, "older")
    if old is None:
        return checks
    failed = [check for check in _alone(old, verify_signature, None) if check.status == "failed"]
    if failed:
        first = failed[0]
        return [Check("older", "failed", f"The older statement: {first.detail}", first.stated, first.computed)]
    return [Check("older", "ok", "The older statement holds by itself."), *against(read, old)]
