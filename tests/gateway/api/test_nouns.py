"""The routers of nouns: lists, one row, changes by revision, history, documents, persons."""

import pytest

from gateway.api.permission import routes_of
from gateway.registry.book import Book
from gateway.registry.catalogue import NOUNS
from gateway.registry.roles import SYSTEM

PDF = b"%PDF-1.7\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def province(gateway) -> str:
    book = Book(gateway.engine, lambda: gateway.now)
    book.make(SYSTEM, "province", {"code": "87", "name": "Đồng Tháp", "until": "2025-06-30"})
    return book.make(SYSTEM, "province", {"code": "82", "name": "Đồng Tháp", "since": "2025-07-01"}).id


@pytest.fixture
def new(province) -> dict[str, object]:
    return {"code": "1400123456", "name": "Công ty Cơ khí", "kind": "enterprise", "province": province}


@pytest.fixture
def made(program, new):
    """Address and row of a new organisation."""
    answer = program.post("/api/v1/organisations?why=mới", json=new)
    assert answer.status_code == 201
    return answer.headers["Location"], answer.json()


def test_no_two_routes_answer_to_one_path(app) -> None:
    import re

    paths = [f"{method} {re.sub('{[^}]*}', '{}', path)}" for method, path, _ in routes_of(app)]
    assert sorted({one for one in paths if paths.count(one) > 1}) == []
    assert {f"GET /api/v1/{of.path()}" for of in NOUNS.values()} <= set(paths)


def test_a_row_is_made_read_and_found(program, made, province) -> None:
    address, row = made
    assert address == f"/api/v1/organisations/{row['id']}"
    answer = program.get(address)
    assert (answer.headers["ETag"], answer.json()) == ('"1"', row)
    assert row["labels"] == {"province": "Đồng Tháp"}
    assert row["values"]["is_ocop"] is False
    assert (row["hidden"], row["retired_at"], row["changed_by"]) == ([], None, "nhipdo")
    assert program.get(address, headers={"If-None-Match": '"1"'}).status_code == 304
    for query in ("search=co khi", f"province={province}&kind=enterprise", "code=1400123456", "is_ocop=false"):
        assert [one["id"] for one in program.get(f"/api/v1/organisations?{query}").json()["items"]] == [row["id"]]
    for query in ("search=cỡ", "kind=school", "is_ocop=true"):
        assert program.get(f"/api/v1/organisations?{query}").json() == {"items": [], "next": None}


def test_every_mistake_is_told_at_its_field_in_both_languages(program, new) -> None:
    answer = program.post("/api/v1/organisations", json=new | {"code": "14", "name": 5, "is_ocop": "x", "zz": 1})
    problem = answer.json()
    assert answer.status_code == 422
    assert problem["errors"] == [
        {
            "in": "body",
            "pointer": "#/code",
            "detail": "Expected 10 digits (enterprise), 13 (branch), 12 (personal number of a household's owner) or a "
            "unit's code, got '14'. Correct it.",
            "detail_vi": "Cần 10 chữ số (doanh nghiệp), 13 (chi nhánh), 12 (số định danh cá nhân của chủ hộ) hoặc mã "
            "đơn vị, đã nhận «14». Hãy sửa lại.",
        },
        {
            "in": "body",
            "pointer": "#/name",
            "detail": "Expected a JSON string, got 5. Correct it.",
            "detail_vi": "Cần một chuỗi JSON, đã nhận 5. Hãy sửa lại.",
        },
        {
            "in": "body",
            "pointer": "#/is_ocop",
            "detail": "Expected true or false, got 'x'. Correct it.",
            "detail_vi": "Cần true hoặc false, đã nhận «x». Hãy sửa lại.",
        },
        {
            "in": "body",
            "pointer": "#/zz",
            "detail": "There is no such field. Leave it out.",
            "detail_vi": "Không có ô này. Hãy bỏ đi.",
        },
    ]
    assert program.get("/api/v1/organisations").json()["items"] == []


def test_what_only_the_registry_knows_is_told_at_its_field_too(program, made, new) -> None:
    answer = program.post("/api/v1/organisations", json=new)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "#/code")
    assert answer.json()["detail"] == (
        "Organisation: code: Another Organisation has this Code. Change that one, or give another value."
    )
    other = program.post("/api/v1/organisations", json=new | {"code": "1400123457", "province": "0" * 32})
    assert other.json()["errors"][0]["detail"] == "There is no such Province. Choose one of the list."


def test_two_people_who_change_one_row_do_not_overwrite_each_other(program, made) -> None:
    address, row = made
    unconditional = program.patch(address, json={"name": "B"})
    assert (unconditional.status_code, unconditional.json()["detail"]) == (
        428,
        f"Organisation {row['id']}: the change came without If-Match. Read it, and send its ETag with the change.",
    )
    changed = program.patch(address, json={"name": "B"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"], changed.json()["values"]["name"]) == (200, '"2"', "B")
    late = program.patch(address, json={"name": "C"}, headers={"If-Match": '"1"'})
    assert (late.status_code, late.headers["ETag"], late.json()["in_force"]["values"]["name"]) == (412, '"2"', "B")


def test_a_row_goes_out_of_use_with_a_reason_and_comes_back(program, made) -> None:
    address, _ = made
    assert program.post(f"{address}/retire", json={"why": " "}, headers={"If-Match": '"1"'}).status_code == 422
    retired = program.post(f"{address}/retire", json={"why": "giải thể"}, headers={"If-Match": '"1"'})
    assert retired.json()["retired_at"] == retired.json()["changed_at"]
    assert program.get("/api/v1/organisations").json()["items"] == []
    assert len(program.get("/api/v1/organisations?retired=true").json()["items"]) == 1
    back = program.post(f"{address}/restore", json={"why": "nhầm"}, headers={"If-Match": '"2"'})
    assert (back.json()["retired_at"], back.json()["revision"]) == (None, 3)
    history = program.get(f"{address}/history?limit=2")
    assert [(one["action"], one["why"]) for one in history.json()["items"]] == [
        ("restore", "nhầm"),
        ("retire", "giải thể"),
    ]
    rest = program.get(history.json()["next"]).json()
    assert [(one["action"], one["why"], one["after"]["code"]) for one in rest["items"]] == [
        ("make", "mới", "1400123456")
    ]
    assert rest["next"] is None


def test_a_list_goes_on_in_pages_and_is_a_csv_for_who_asks(program, province, new) -> None:
    for k in range(5):
        name = "Một cái tên rất dài " * 14 + str(k)
        assert (
            program.post("/api/v1/organisations", json=new | {"code": f"140012345{k}", "name": name}).status_code == 201
        )
    seen, address = [], "/api/v1/organisations?limit=2"
    while address:
        page = program.get(address).json()
        seen += [one["values"]["code"] for one in page["items"]]
        address = page["next"]
    assert seen == [f"140012345{k}" for k in range(5)]
    text = program.get("/api/v1/organisations", headers={"Accept": "text/csv"}).text
    assert text.splitlines()[0].startswith(
        "\ufeffid,label,revision,values.code,values.name,values.kind,values.province"
    )
    assert program.get("/api/v1/organisations?cursor=WyJ4Il0").status_code == 422
    wrong = program.get("/api/v1/organisations?kind=x").json()
    assert (wrong["errors"][0]["in"], wrong["errors"][0]["pointer"]) == ("query", "#/kind")


def test_the_same_post_with_its_key_is_carried_out_once(program, new) -> None:
    answers = [program.post("/api/v1/organisations", json=new, headers={"Idempotency-Key": "a"}) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()


def test_a_person_is_forgotten_and_the_row_stays(program, province) -> None:
    person = {"code": "CB-1", "full_name": "Nguyễn Thị Lan", "phone": "0912345678", "province": province}
    address = program.post("/api/v1/persons", json=person).headers["Location"]
    assert program.get(address).json()["values"]["full_name"] == "Nguyễn Thị Lan"
    assert program.post(f"{address}/erase", json={"why": "theo yêu cầu"}).json() == {"erased": 2}
    assert program.get(address).json()["label"] == "CB-1"
    assert "Lan" not in program.get(f"{address}/history").text
    assert program.post("/api/v1/organisations/" + "0" * 32 + "/erase", json={"why": "x"}).status_code == 404


def test_a_document_is_kept_listed_given_out_harmlessly_and_taken_away(program, made) -> None:
    address = made[0] + "/attachments"
    upload = {
        "files": {"file": ("Quyết định.html", PDF, "text/html")},
        "data": {"number": "12/QĐ", "date": "2026-03-02"},
    }
    first, again = program.post(address, **upload), program.post(address, **upload)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    [kept] = program.get(address).json()
    assert (kept["file"], kept["media_type"], kept["number"]) == ("Quyết định.pdf", "application/pdf", "12/QĐ")
    content = program.get(first.headers["Location"])
    assert content.content == PDF
    assert content.headers["Content-Type"] == "application/pdf"
    assert content.headers["Content-Disposition"].startswith("attachment; ")
    assert content.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert content.headers["X-Content-Type-Options"] == "nosniff"
    assert program.delete(kept["address"] + "?why=nhầm").status_code == 204
    assert program.get(address).json() == []
    assert [one["action"] for one in program.get(made[0] + "/history").json()["items"]] == ["detach", "attach", "make"]


def test_a_document_that_is_none_or_too_large_is_refused(program, made) -> None:
    address = made[0] + "/attachments"
    page = program.post(address, files={"file": ("a.pdf", b"<html><script>")})
    assert (page.status_code, page.json()["errors"][0]["pointer"]) == (422, "#/content")
    large = program.post(address, files={"file": ("a.pdf", PDF + b"\0" * (20 << 20))})
    assert (large.status_code, large.json()["detail"]) == (
        413,
        "file: is larger than 20 MB, which is the most that is taken. Shrink it, or split it.",
    )
    assert program.get(address).json() == []


def test_a_file_is_imported_while_nobody_waits(app, program, province) -> None:
    rows = "Mã số;Tên;Loại hình;Tỉnh, thành phố\n1400123456;A;Doanh nghiệp;82\n14;B;Doanh nghiệp;82\n"
    upload = {"files": {"file": ("dn.csv", rows.encode())}, "data": {"noun": "organisations", "dry_run": "false"}}
    started = program.post("/api/v1/imports", **upload)
    assert (started.status_code, started.headers["Location"]) == (202, f"/api/v1/imports/{started.json()['id']}")
    app.state.imports.wait(started.json()["id"], 30)
    ended = program.get(started.headers["Location"]).json()
    assert (ended["state"], ended["outcome"]["fault_count"], ended["outcome"]["written"]) == ("refused", 1, False)
    [fault] = ended["outcome"]["faults"]
    assert (fault["cell"], fault["got"]) == ("A3", "14")
    assert fault["detail_vi"].startswith("Cần 10 chữ số")
    upload["files"]["file"] = ("dn.csv", rows.replace("\n14;", "\n1400123457;").encode())
    started = program.post("/api/v1/imports", **upload)
    app.state.imports.wait(started.json()["id"], 30)
    assert program.get(started.headers["Location"]).json()["outcome"]["new"] == 2
    assert len(program.get("/api/v1/imports").json()) == 2
    exported = program.get("/api/v1/exports/organisations?format=csv&language=en")
    assert exported.text.splitlines()[1].startswith("1400123456,A,Enterprise,Đồng Tháp")
    assert program.get("/api/v1/exports/organisations").content.startswith(b"PK")
    assert program.get("/api/v1/templates/organisations").content.startswith(b"PK")
    assert program.get("/api/v1/templates/no-such").status_code == 404


def test_the_catalogue_says_what_every_field_is(program) -> None:
    nouns = {one["noun"]: one for one in program.get("/api/v1/nouns").json()}
    assert nouns.keys() == NOUNS.keys()
    kind = next(one for one in nouns["organisation"]["fields"] if one["field"] == "kind")
    assert (kind["kind"], kind["required"], kind["options"]["school"]) == (
        "choice",
        True,
        {"vi": "Trường học", "en": "School"},
    )
