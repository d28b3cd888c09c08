"""Files out and in: the same values for all inputs, and what spreadsheets make of them."""

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.interchange import ASSET, EDGE, READERS, Record, Unreadable
from catalog.interchange.writing import CsvWriter, LineWriter, YamlWriter

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
WORD = TEXT.filter(lambda text: bool(text))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
METADATA = st.dictionaries(TEXT, JSON.filter(lambda value: value is not None), max_size=4)
RELATIVE = st.fixed_dictionaries({"id": WORD}, optional={"role": WORD, "namespace": WORD})
ASSETS = st.fixed_dictionaries(
    {"id": WORD, "type": WORD, "status": WORD},
    optional={
        "namespace": WORD,
        "displayName": TEXT,
        "description": TEXT,
        "owners": st.lists(TEXT, min_size=1, max_size=3),
        "tags": st.lists(TEXT, min_size=1, max_size=3),
        "ttl": WORD,
        "metadata": METADATA.filter(bool),
        "columns": st.lists(st.fixed_dictionaries({"name": TEXT}), min_size=1, max_size=3),
        "partOf": RELATIVE,
        "relatedTo": st.lists(RELATIVE, min_size=1, max_size=2),
        "aliases": st.lists(
            st.fixed_dictionaries({"name": WORD, "source": WORD}), min_size=1, max_size=2
        ),
    },
)
EDGES = st.fixed_dictionaries(
    {"upstream": WORD, "downstream": WORD, "origin": WORD},
    optional={
        "note": TEXT,
        "taskId": WORD,
        "flowNamespace": WORD,
        "flowId": WORD,
        "firstSeen": WORD,
        "columns": st.lists(
            st.fixed_dictionaries({"upstream": TEXT, "downstream": TEXT}), min_size=1, max_size=2
        ),
    },
)


def written(writer: Any, records: list[tuple[str, dict[str, Any]]]) -> str:
    pieces = [writer.head(), *(writer.record(*record) for record in records), writer.foot()]
    return "".join(pieces)


def read(text: str | bytes, form: str) -> list[Record]:
    raw = text if isinstance(text, bytes) else text.encode()
    return list(READERS[form](io.BytesIO(raw)))


def values(records: list[Record]) -> list[tuple[str, dict[str, Any]]]:
    assert [record.errors for record in records] == [()] * len(records)
    assert [record.number for record in records] == list(range(1, len(records) + 1))
    return [(record.kind, dict(record.value)) for record in records]


@settings(max_examples=60, deadline=None)
@given(st.lists(ASSETS, max_size=4), st.booleans())
def test_assets_survive_csv(assets: list[dict[str, Any]], bom: bool):
    records = [(ASSET, asset) for asset in assets]
    assert values(read(written(CsvWriter(ASSET, bom=bom), records), "csv")) == records


@settings(max_examples=60, deadline=None)
@given(st.lists(EDGES, max_size=4))
def test_edges_survive_csv(edges: list[dict[str, Any]]):
    records = [(EDGE, edge) for edge in edges]
    assert values(read(written(CsvWriter(EDGE), records), "csv")) == records


@settings(max_examples=60, deadline=None)
@given(st.lists(ASSETS | EDGES, max_size=4))
@pytest.mark.parametrize("form", ["jsonl", "yaml"])
def test_both_survive_lines_and_yaml(form: str, found: list[dict[str, Any]]):
    records = [(EDGE if "upstream" in value else ASSET, value) for value in found]
    writer = LineWriter() if form == "jsonl" else YamlWriter()
    assert values(read(written(writer, records), form)) == records


@settings(max_examples=40, deadline=None)
@given(ASSETS, st.lists(WORD, max_size=2, unique=True))
def test_metadata_keys_survive_in_columns_of_their_own(asset: dict[str, Any], keys: list[str]):
    """Heads are trimmed, so a key with white space at its end stays in the column `metadata`."""
    keys = [key for key in keys if key == key.strip()]
    keys += [key for key in asset.get("metadata", {}) if key and key == key.strip()][:1]
    keys = list({f"metadata.{key}".lower(): key for key in keys}.values())
    text = written(CsvWriter(ASSET, keys=keys), [(ASSET, asset)])
    assert values(read(text, "csv")) == [(ASSET, asset)]


def test_what_is_empty_is_left_out():
    asset = {"id": "a", "type": "T", "owners": [], "metadata": {}, "description": None}
    assert written(LineWriter(), [(ASSET, asset)]) == '{"kind": "asset", "id": "a", "type": "T"}\n'
    assert written(YamlWriter(), [(ASSET, asset)]) == "- kind: asset\n  id: a\n  type: T\n"
    assert written(YamlWriter(), []) == "[]\n"


def test_yaml_is_for_people():
    asset = {
        "id": "007",
        "type": "T",
        "description": "One.\n\nTwo: *three*.",
        "tags": ["on", "1e6"],
    }
    assert written(YamlWriter(), [(ASSET, asset)]) == (
        "- kind: asset\n  id: '007'\n  type: T\n  description: |-\n    One.\n\n"
        "    Two: *three*.\n  tags:\n  - 'on'\n  - '1e6'\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "id,type,owners\r\na,T,x; y\r\n",
        "\ufeffid;type;owners\r\na;T;x\r\n",
        "sep=;\nID;Type;OWNERS\na;T;x",
        "id\ttype\na\tT\n",
        "\n\nid,type\n\n,\na,T\n\n",
        'id,"type"\n"a","T"\n',
        "id,type\ra,T\r",
        "id,type,state,lastWritten,created\na,T,fresh,2026-01-01,2026-01-01\n",
        "id,type,\na,T,\n",
        "kind,id,type\nasset,a,T\n",
    ],
)
def test_csv_as_spreadsheets_write_it(text: str):
    [record] = read(text, "csv")
    assert (record.value["id"], record.value["type"]) == ("a", "T")
    [wide] = read(text.encode("utf-16"), "csv") if "\ufeff" not in text else [record]
    assert wide.value == record.value


def test_cells_say_nothing_take_back_or_set():
    text = (
        "id,type,displayName,description,owners,metadata,metadata.rows,metadata.note,metadata.gone\n"
        r"a,,\N,'=1+1,\N,,5,text,\N" + "\n"
        'b,T,,"two\nlines",x; y,"{""rows"": 1, ""b"": 2}",7,"""5""",\n'
    )
    first, second = read(text, "csv")
    assert first.value == {
        "id": "a",
        "displayName": None,
        "description": "=1+1",
        "owners": None,
        "metadata": {"rows": 5, "note": "text", "gone": None},
    }
    assert second.value == {
        "id": "b",
        "type": "T",
        "description": "two\nlines",
        "owners": ["x", "y"],
        "metadata": {"rows": 7, "b": 2, "note": "5"},
    }
    assert (first.line, second.line) == (2, 3)


def test_names_need_no_json():
    text = "id,type,partOf,relatedTo,aliases\na,T,whole,b; c,d\n"
    [record] = read(text, "csv")
    assert record.value["partOf"] == "whole"
    assert (record.value["relatedTo"], record.value["aliases"]) == (["b", "c"], ["d"])
    [edge] = read("upstream,downstream,columns\na,b,x -> y; p->q\n", "csv")
    assert edge.kind == EDGE
    assert edge.value["columns"] == [
        {"upstream": "x", "downstream": "y"},
        {"upstream": "p", "downstream": "q"},
    ]


@pytest.mark.parametrize(
    ("text", "form", "message", "line"),
    [
        ("", "csv", "The file is empty", 0),
        ("name,type\na,T\n", "csv", "Column “name” is unknown", 1),
        ("type\nT\n", "csv", "Name the column id", 1),
        ("id,type,ID\na,T,b\n", "csv", "Column “ID” stands twice", 1),
        ('\nid,"type\n', "csv", "The head cannot be read", 2),
        (b"id,type\na,\xff\n", "csv", "not UTF-8", 2),
        (b'{"id": "\xff"}', "jsonl", "not UTF-8", 1),
        (b"- id: \xff", "yaml", "not UTF-8", 1),
        ('[{"id": "a"}]', "jsonl", "This is a JSON list", 1),
        ('{"id": "' + "x" * (8 << 20) + '"}', "jsonl", "A line is longer than", 1),
    ],
)
def test_files_that_cannot_be_used(text: str | bytes, form: str, message: str, line: int):
    with pytest.raises(Unreadable, match=message) as raised:
        read(text, form)
    assert raised.value.line == line


def messages(records: list[Record]) -> list[tuple[int, str]]:
    return [(record.line, error.message) for record in records for error in record.errors]


def test_a_row_that_cannot_be_read_fails_alone():
    found = read('id,type,metadata\na,T,{\nb,T,{},x\nc,T,"{}"\n', "csv")
    assert [record.value.get("id") for record in found] == ["a", None, "c"]
    assert [line for line, _ in messages(found)] == [2, 3]
    assert found[0].errors[0].field == "metadata"
    found = read('{"id": "a"}\n{\n\n7\n{"kind": "cat", "id": "b"}\n{"id": "c"}\n', "jsonl")
    assert [record.value.get("id") for record in found] == ["a", None, None, None, "c"]
    assert [line for line, _ in messages(found)] == [2, 4, 5]
    wide = "[" + ",".join(["1"] * 100_001) + "]"
    found = read(f"- id: a\n- id: [{wide}]\n- !!python/name:os.x {{}}\n- *x\n- id: c\n", "yaml")
    assert [record.value.get("id") for record in found] == ["a", None, None, None, "c"]
    assert [line for line, _ in messages(found)] == [2, 3, 4]


def test_what_follows_a_broken_place_is_not_guessed():
    found = read('id,type\na,T\nb,"T\nc,T\n', "csv")
    assert [record.value.get("id") for record in found] == ["a", None]
    assert "what follows is lost" in messages(found)[0][1]
    found = read("- id: a\n- id: b\n  x: {\n- id: c\n", "yaml")
    assert [record.value.get("id") for record in found] == ["a", None]
    assert "what follows is lost" in messages(found)[0][1]


def test_yaml_documents_and_texts_as_typed():
    found = read("id: 007\ntype: T\ndisplayName: 1.10\n---\nid: b\ntype: yes\n", "yaml")
    assert values(found) == [
        (ASSET, {"id": "007", "type": "T", "displayName": "1.10"}),
        (ASSET, {"id": "b", "type": "yes"}),
    ]
    assert read("", "yaml") == [] and read("# nothing\n", "yaml") == []


def test_a_bomb_costs_nothing():
    lines = ["- a: &a [x,x,x,x,x,x,x,x,x,x]"]
    names = "abcdefghi"
    for one, next_ in zip(names, names[1:], strict=False):
        lines.append(f"  {next_}: &{next_} [{','.join([f'*{one}'] * 10)}]")
    found = read("\n".join(lines) + "\n- id: after\n", "yaml")
    assert [record.value.get("id") for record in found] == [None, "after"]
    assert "aliases expanded" in messages(found)[0][1]


def test_reading_asks_for_pieces():
    class Endless:
        given = 0

        def read(self, size: int, /) -> bytes:
            self.given += size
            return b'{"id": "a", "type": "T"}\n' * (size // 25)

    source = Endless()
    records = READERS["jsonl"](source)
    for _ in range(10):
        next(records)
    assert source.given <= 1 << 18
