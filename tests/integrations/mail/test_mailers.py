"""One contract for every mailer: SMTP with STARTTLS, with TLS, in clear on this machine, and the mailbox in memory."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from fanshare.config.mail_settings import mail_settings
from fanshare.core.errors import BadInputError
from fanshare.integrations.mail.compose import compose
from fanshare.integrations.mail.memory import MemoryMailer
from fanshare.integrations.mail.smtp import SmtpMailer
from fanshare.integrations.mail.types import Letter, Mailer, MailError, MailServer
from tests.integrations.mail.running import Mailbox, Trust, smtp_server, trust
from tests.support.mails import text_of
from tests.support.schema import NOW

#: The test server tells its own later version something.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Session.login_data is deprecated"),
    pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS"),
]

LETTER = Letter(
    "finn@example.test", "Hello Finn", "Grüße,\n.\na line\n" + "x" * 1200 + "\n", "abc", "https://s.example/x"
)
KINDS = ("starttls", "tls", "none", "memory")


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return trust(tmp_path_factory.mktemp("tls"))


@dataclass
class Case:
    """A mailer, what arrived, and what its server refuses."""

    mailer: Mailer
    sent: list[EmailMessage]
    refuses: set[str]


@pytest.fixture(params=KINDS)
def case(request: pytest.FixtureRequest, trusted: Trust) -> Iterator[Case]:
    if request.param == "memory":
        memory = MemoryMailer(lambda: NOW)
        yield Case(memory, memory.sent, memory.refuses)
        return
    mailbox = Mailbox()
    with smtp_server(mailbox, trusted, request.param) as server:
        mailer = SmtpMailer(server, lambda: NOW, trusted.client, timeout=5)
        yield Case(mailer, mailbox.sent, mailbox.refuses)


def test_a_letter_arrives_as_it_was_written(case: Case) -> None:
    with case.mailer.open() as post:
        post.send(LETTER)
        post.send(replace(LETTER, to="cleo@example.test", stop_url=""))
    first, second = case.sent
    assert text_of(first) == LETTER.text
    assert (first["To"], first["Subject"]) == ("finn@example.test", "Hello Finn")
    assert first["Message-ID"] == "<abc@example.test>"
    assert first["List-Unsubscribe"] == "<https://s.example/x>"
    assert first["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert first["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in first.iter_parts()] == ["text/plain", "text/html"]
    assert second["List-Unsubscribe"] is None


def test_a_refused_recipient_is_refused_for_good_and_the_next_letter_goes(case: Case) -> None:
    case.refuses.add(LETTER.to)
    with case.mailer.open() as post:
        with pytest.raises(MailError) as refused:
            post.send(LETTER)
        assert refused.value.for_good
        assert LETTER.to not in refused.value.message
        post.send(replace(LETTER, to="cleo@example.test"))
    assert [one["To"] for one in case.sent] == ["cleo@example.test"]


@pytest.mark.parametrize(
    "to", ["", "nobody", "a@b\nBcc: x@example.test", "a@b\r\n\r\nbody", "x" * 70 + "@", "<>", "a b@c"]
)
def test_nothing_in_an_address_becomes_a_header(case: Case, to: str) -> None:
    with case.mailer.open() as post, pytest.raises(MailError) as refused:
        post.send(replace(LETTER, to=to))
    assert refused.value.for_good
    assert case.sent == []


def test_a_subject_of_several_lines_becomes_one() -> None:
    made = compose(replace(LETTER, subject="Hello\r\nBcc: x@example.test"), "shop@example.test", NOW)
    assert made["Subject"] == "Hello Bcc: x@example.test"
    assert made["Bcc"] is None


def test_a_server_that_says_later_is_asked_later(trusted: Trust) -> None:
    for answer, for_good in (("451 try later", False), ("554 no spam here", True)):
        with smtp_server(Mailbox(answer=answer), trusted, "none") as server:
            with SmtpMailer(server, lambda: NOW).open() as post, pytest.raises(MailError) as refused:
                post.send(LETTER)
            assert refused.value.for_good is for_good


def test_no_password_goes_to_a_server_that_cannot_prove_its_name(trusted: Trust) -> None:
    for security in ("starttls", "tls"):
        with (
            smtp_server(Mailbox(), trusted, security) as server,
            pytest.raises(MailError, match="certificate"),
            SmtpMailer(server, lambda: NOW).open(),
        ):
            pass


def test_a_server_without_starttls_gets_no_password_either(trusted: Trust) -> None:
    with smtp_server(Mailbox(), trusted, "none") as plain:
        server = replace(plain, security="starttls", user="otto", password="secret")
        with pytest.raises(MailError, match="STARTTLS"), SmtpMailer(server, lambda: NOW).open():
            pass


def test_a_wrong_password_is_said_and_never_shown(trusted: Trust) -> None:
    with smtp_server(Mailbox(), trusted, "tls") as server:
        wrong = replace(server, password="hunter2")
        mailer = SmtpMailer(wrong, lambda: NOW, trusted.client)
        with pytest.raises(MailError, match="user name or password") as refused, mailer.open():
            pass
    assert "hunter2" not in str(refused.value)
    assert "hunter2" not in repr(wrong)


def test_a_server_that_is_away_is_said(trusted: Trust) -> None:
    with smtp_server(Mailbox(), trusted, "none") as server:
        pass
    with pytest.raises(MailError, match="nobody listens"), SmtpMailer(server, lambda: NOW).open():
        pass


def test_settings_choose_what_is_usual_for_a_port(tmp_path: Path) -> None:
    environ = {"FANSHARE_SMTP_HOST": "smtp.example.test", "FANSHARE_SMTP_USER": "otto@example.test"}
    made = mail_settings(environ, "secret")
    assert made == MailServer("smtp.example.test", 587, "starttls", "otto@example.test", "otto@example.test", "secret")
    other = mail_settings({**environ, "FANSHARE_SMTP_PORT": "465", "FANSHARE_MAIL_FROM": "Bea <bea@example.test>"})
    assert other is not None
    assert (other.port, other.security, other.sender) == (465, "tls", "Bea <bea@example.test>")
    assert mail_settings({}) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"FANSHARE_SMTP_PORT": "x"},
        {"FANSHARE_SMTP_PORT": "0"},
        {"FANSHARE_SMTP_SECURITY": "maybe"},
        {"FANSHARE_SMTP_SECURITY": "none", "FANSHARE_SMTP_USER": "otto"},
        {"FANSHARE_MAIL_FROM": "no address"},
        {"FANSHARE_MAIL_FROM": ""},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(BadInputError):
        mail_settings({"FANSHARE_SMTP_HOST": "smtp.example.test", "FANSHARE_MAIL_FROM": "a@example.test", **wrong})
