"""No value of a SECRET input is shown, wherever it turns up."""

import json

from hypothesis import given
from hypothesis import strategies as st

from lineage.dsl import SECRET_MASK, parse_flow
from lineage.masking import ENCRYPTED, Masking, secret_inputs

FLOW = """
id: load
namespace: company.data
inputs:
  - {id: city, type: STRING}
  - {id: token, type: SECRET}
  - {id: db.password, type: SECRET}
tasks:
  - {id: a, type: io.kestra.plugin.core.log.Log, message: hi}
"""


def test_secret_inputs_are_those_of_type_secret():
    assert secret_inputs(parse_flow(FLOW)) == {"token", "db.password"}
    assert secret_inputs(None) == frozenset()


def test_secret_inputs_are_masked_and_others_kept():
    inputs = {"city": "Oslo", "token": "hunter22", "db": {"user": "app", "password": "s3cr3t"}}
    masking = Masking.of(inputs, {"token", "db.password"})
    assert masking.inputs(inputs) == {
        "city": "Oslo",
        "token": SECRET_MASK,
        "db": {"user": "app", "password": SECRET_MASK},
    }


def test_a_secret_is_masked_where_a_task_echoed_it():
    masking = Masking.of({"token": "hunter22"}, {"token"})
    assert masking.anywhere({"url": "https://x/?t=hunter22", "n": [1, "hunter22"]}) == {
        "url": f"https://x/?t={SECRET_MASK}",
        "n": [1, SECRET_MASK],
    }


def test_a_secret_number_is_masked_as_a_number_and_inside_text():
    masking = Masking.of({"pin": 48151623}, {"pin"})
    assert masking.anywhere([48151623, "pin 48151623", 1]) == [
        SECRET_MASK,
        f"pin {SECRET_MASK}",
        1,
    ]


def test_of_two_secrets_the_longer_one_is_replaced_first():
    masking = Masking.of({"a": "word", "b": "wordsmith"}, {"a", "b"})
    assert masking.anywhere("wordsmith") == SECRET_MASK


def test_a_short_secret_is_masked_as_input_only():
    masking = Masking.of({"pin": "a"}, {"pin"})
    assert masking.inputs({"pin": "a"}) == {"pin": SECRET_MASK}
    assert masking.anywhere("banana") == "banana"


def test_what_kestra_encrypted_is_masked_without_a_declaration():
    masking = Masking.of({}, ())
    assert masking.inputs({"token": {"type": ENCRYPTED, "value": "Zm9v"}}) == {
        "token": SECRET_MASK
    }


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=10,
)


@given(value=json_values, secret=st.text("XYZÅ", min_size=4, max_size=8))
def test_no_secret_survives_anywhere(value: object, secret: str):
    masking = Masking.of({"token": secret}, {"token"})
    shown = masking.anywhere({"a": value, secret: [value, f"x{secret}y"]})
    assert secret not in json.dumps(shown, ensure_ascii=False)
