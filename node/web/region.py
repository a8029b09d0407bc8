"""« Ma région vue de l'échelon national »: what became of each record, for the network's officer alone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Form, Path, Query
from starlette.responses import Response

from node import correcting
from node.errors import HubRefused
from node.nation import nation_of
from node.store import fates, receipts, state
from node.store.fates import Fated
from node.web import officer
from node.web.pages import PageNumber, Search
from node.web.render import HEADERS, rendered
from node.web.told import FATES, OVERRIDE_HEADINGS, in_words, progress
from node.web.wiring import READ, HomeDep, ViewDep
from schemas import excel
from schemas.errors import ConfigError, NotFound, RequestError
from schemas.feedback import COUNTED, Fate

PAGE_SIZE = 50
_MOST_ERASURES = 50
_HEADERS = HEADERS | {"Cache-Control": "no-store"}
_COLLECTIONS = {"actor": "acteur", "project": "projet", "announcement": "annonce"}
_HEADINGS = ("collection", "identifiant", "nom", "état", "fiche nationale", "adresse", *OVERRIDE_HEADINGS)

Chosen = Annotated[str, Query(max_length=20)]

router = APIRouter(dependencies=[Depends(officer.require)])


@router.api_route("/ma-region", methods=READ, response_model=None)
def region(home: HomeDep, view: ViewDep, etat: Chosen = "", q: Search = "", page: PageNumber = 1) -> Response:
    chosen, nation = _fate(etat), fates.view(view)
    found = fates.count(view, chosen, q)
    pages = max(1, -(-found // PAGE_SIZE))
    if page > pages:
        return rendered("missing.html", home, status=404)
    listed = fates.found(view, chosen, q, skip=(page - 1) * PAGE_SIZE, size=PAGE_SIZE)
    answer = rendered(
        "region.html",
        home,
        nation=nation,
        totals=nation.totals.as_json() if nation else {},
        seq=state.read(view).seq,
        words=FATES,
        counted=COUNTED,
        chosen=chosen,
        search=q,
        found=found,
        number=page,
        pages=pages,
        records=[in_words(each) for each in listed],
        collections=_COLLECTIONS,
        erasures=[(each, progress(each.told)) for each in receipts.every(view)[:_MOST_ERASURES]],
    )
    answer.headers.update(_HEADERS)
    return answer


@router.api_route("/ma-region.csv", methods=READ, response_model=None)
def table(view: ViewDep, etat: Chosen = "", q: Search = "") -> Response:
    """The same list as a table for Excel: one row for each remark, or one for a record without any."""
    chosen = _fate(etat)
    rows = (row for each in fates.found(view, chosen, q) for row in _rows(each))
    content = excel.as_bytes([_HEADINGS, *rows])
    name = f"ma-region-{chosen}" if chosen else "ma-region"
    headers = _HEADERS | {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(content, headers=headers, media_type="text/csv; charset=utf-8")


@router.api_route("/ma-region/effacements/{name}", methods=READ, response_model=None)
def proof(view: ViewDep, name: Annotated[str, Path(max_length=100)]) -> Response:
    """A receipt with its signature, to be kept."""
    found = receipts.get(view, name)
    if found is None:
        raise NotFound(f"no receipt {name} was fetched")
    headers = _HEADERS | {"Content-Disposition": f'attachment; filename="recu-{found.name}.json"'}
    return Response(orjson.dumps(found.proof()), headers=headers, media_type="application/json")


@router.post("/ma-region/propositions/{number}", response_model=None, dependencies=[Depends(officer.from_here)])
def answer_proposal(
    home: HomeDep,
    number: Annotated[int, Path(ge=1, lt=1 << 53)],
    answer: Annotated[Literal["accepted", "refused"], Form()],
    reason: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    """One click: the record says the proposed value from now on, or the national level learns why not."""
    try:
        with nation_of(home) as nation:
            if answer == "accepted":
                correcting.accept(home, nation, number, datetime.now(UTC).replace(microsecond=0))
            else:
                correcting.refuse(home, nation, number, reason)
    except (HubRefused, RequestError, ConfigError) as error:
        status = 400 if isinstance(error, RequestError) else 502
        page = rendered("undone.html", home, status=status, message=str(error))
        page.headers.update(_HEADERS)
        return page
    return Response(status_code=303, headers=_HEADERS | {"Location": "/ma-region"})


def _fate(text: str) -> Fate | None:
    """Raises NotFound for a state that no record is listed under."""
    known = {str(fate): fate for fate in FATES}
    if text and text not in known:
        raise NotFound(f"no records are listed under {text!r}: {', '.join(known)}")
    return known.get(text)


def _rows(each: Fated) -> Iterator[tuple[str, ...]]:
    told = in_words(each)
    about = (
        _COLLECTIONS[each.collection],
        each.local_id,
        each.label,
        FATES[each.fate].label,
        each.line.get("national_id", ""),
        each.line.get("url", ""),
    )
    remarks: list[tuple[Any, ...]] = [*told.issue_rows, *told.override_rows]
    for remark in remarks or [("",) * len(OVERRIDE_HEADINGS)]:
        yield (*about, *remark)
