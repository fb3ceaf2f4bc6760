"""A creator and a fan who shares for her, whom no other test knows, and what she writes for fans."""

import re
from dataclasses import dataclass

from fanshare.core.instants import DAY, HOUR
from fanshare.flows import posts as writing
from fanshare.flows.links import NewLink, add_link
from fanshare.flows.people import Joiner, add_creator, add_fan
from fanshare.flows.posts import Draft
from fanshare.store.queries import posts as queries
from tests.jobs.house import LABEL
from tests.web.support.company import Company
from tests.web.support.device import Device
from tests.web.support.serving import Answer
from tests.web.test_creator_page import photo


@dataclass
class Pair:
    """A creator and a fan who shares for her and never bought anything, whom no other test knows."""

    company: Company
    tag: str
    creator: int
    fan: int
    link: int

    def write(self, words: str = "Secret words", *, title: str = "A title", later: int = 0, shown: bool = True) -> int:
        now = self.company.house.now + later
        return writing.write(self.company.brand.programme, self.creator, Draft(title, words), now, shown=shown)

    def hang(self, post: int) -> str:
        """A picture on a post; its name."""
        writing.add_picture(self.company.brand.programme, self.creator, post, photo(), "A jar", self.company.house.now)
        return queries.pictures(self.company.brand.access, [post])[-1].name

    def her(self) -> Device:
        return self.company.device(f"creator.{self.tag}")

    def his(self) -> Device:
        return self.company.device(f"fan.{self.tag}")

    def turn(self, state: str) -> None:
        """Another state of his link, an hour later."""
        statement = (
            "INSERT INTO link_state (programme_id, link_id, state, from_at) SELECT programme_id, id, %s, %s FROM link"
        )
        at = int(self.company.house.value("SELECT max(from_at) FROM link_state WHERE link_id = %s", self.link)) + HOUR
        self.company.house.conn.execute(f"{statement} WHERE id = %s".encode(), [state, at, self.link])


def paired(company: Company, tag: str) -> Pair:
    programme, long_ago = company.brand.programme, company.house.now - 40 * DAY
    her = Joiner(f"Creator {tag}", f"creator.{tag}@example.test", f"creator-{tag}")
    creator, fan = add_creator(programme, her, long_ago), add_fan(programme, Joiner(email=f"fan.{tag}@example.test"), 1)
    link, _ = add_link(programme, NewLink(creator, fan, "https://shop.example/x", LABEL), long_ago)
    return Pair(company, tag, creator, fan, link)


def send(device: Device, path: str, **values: str) -> Answer:
    """Send one of the forms of a page."""
    device.get("/sign-out")
    return device.post(path, {"csrfmiddlewaretoken": device.cookies["fanshare_form"], **values})


def words(answer: Answer) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.replace("\xa0", " ")).split())
