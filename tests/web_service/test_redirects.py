"""After sign-in one stays on this origin, whatever `next` says."""

from pathlib import Path
from typing import Any

import pytest

from tests.web_service.example_service import PASSWORD, Visitor, run_visit
from web_service.redirects import safe_next

OUTSIDE = [
    "//evil", "/\\evil", "\\\\evil", "https:evil", "https://evil", "%2f%2fevil", "/%2fevil", "/%2f%2fevil", "/%09/evil",
    "/\t/evil", "javascript:alert(1)", "data:text/html,x", "/%5cevil", "/%255cevil", "///evil", "/%0d%0aSet-Cookie:x",
    "/x\r\nSet-Cookie: a=b", "", "evil", " //evil", "/ä", "/" + "a" * 3000, "/.//evil\\",
]  # fmt: skip
OWN = ["/", "/things/1", "/things?x=1&y=a%20b", "/a/b-c_d.e~f", "/x?next=//evil"]


@pytest.mark.parametrize("target", OUTSIDE)
def test_a_target_that_could_leave_becomes_the_front_page(target: str) -> None:
    assert safe_next(target) == "/"


@pytest.mark.parametrize("target", OWN)
def test_a_path_of_our_own_stays(target: str) -> None:
    assert safe_next(target) == target


@pytest.mark.case("D-07")
def test_signing_in_never_leads_to_another_origin(local_url: str, tmp_path: Path) -> None:
    async def visit(visitor: Visitor) -> Any:
        places = []
        for target in ("//evil", "/\\evil", "https:evil", "%2f%2fevil", "/%09/evil", "javascript:evil"):
            page = await visitor.get("/signin", params={"next": target})
            assert "evil" not in page.text
            answer = await visitor.sign_in(next=target)
            assert answer.status_code == 303
            places.append(answer.headers["location"])
            await visitor.post("/signout", {"_csrf": await visitor.token("/things/1")})
        own = await visitor.sign_in("lea", PASSWORD, next="/things/1?a=b")
        return places, own.headers["location"]

    places, own = run_visit(local_url, tmp_path, visit)
    assert set(places) == {"/"}
    assert own == "/things/1?a=b"
