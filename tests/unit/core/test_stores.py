"""Which arguments of production name a store: rather one too many than one too few."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugin.core.cloning.stores import GLUES_OWN, MOST_NAMES, names_store, store_problems, stores


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("--in", "s3://acme-prod/raw/"),
        ("--in", "S3A://acme-prod/raw/"),
        ("--x", "mongodb+srv://cluster.example"),
        ("--x", "https://api.example/v1"),
        ("--x", "jdbc:postgresql://db/x"),
        ("--x", "arn:aws-cn:kinesis:cn-north-1:123456789012:stream/orders"),
        ("--x", "orders.abc.rds.amazonaws.com"),
        ("--x", "broker-1.example.com:9092"),
        ("--x", '{"a": [{"path": "s3://acme-prod"}]}'),
        ("--x", '[{"table": "orders"}]'),
        ("--x", ' \n[{"table": "orders"}]'),
        ("--x", '[{"table": "orders"}, {"a": "b"}]'),
        ("--x", '{"table": "orders", "a": ["b"]}'),
        ("--targetTable", "orders"),
        ("--DBTABLE", "orders"),
        ("database-name", "sales"),
        ("--RAW_BUCKET", "acme-raw"),
        ("--catalog.id", "acme"),
        ("--kafka_topic", "orders"),
        ("--stream", "orders"),
        ("--source", "orders"),
        ("--queue", "orders"),
        ("--secret_id", "prod/db"),
        ("--connection_name", "warehouse"),
        ("--db_password", "hunter2-hunter2"),
        ("--host", "db01"),
        ("--conf", "spark.sql.catalog.glue=x --conf spark.sql.catalog.glue.warehouse=lake"),
        ("--conf", "spark.a=b --conf spark.sql.warehouse.dir=s3://acme/w"),
        ("--customer-driver-env-vars", 'CUSTOMER_A=1,CUSTOMER_TABLE="orders, items"'),
    ],
)
def test_names_store__store_by_form_or_by_name__is_one(key, value):
    assert names_store(key, value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("--env", "prod"),
        ("--write_tables", "true"),
        ("--table_count", "12"),
        ("--bucket_number", "0.5"),
        ("--table", ""),
        ("--database", " None "),
        ("--table_format", "iceberg"),
        ("--run_date", "2026-01-02"),
        ("--x", '{"a": 1, "b": ["c", 2]}'),
        ("--x", '["a", "b"]'),
        ("--x", "{broken"),
        ("--x", 'write_table="true",table_count="12"'),
        ("--", "x"),
        ("--conf", "spark.sql.shuffle.partitions=8 --conf spark.sql.session.timeZone=UTC"),
        ("--ratio", "12:30"),
    ],
)
def test_names_store__anything_else__is_none(key, value):
    assert not names_store(key, value)


@pytest.mark.parametrize("key", sorted(GLUES_OWN))
def test_names_store__glues_own_argument__is_none_whatever_it_holds(key):
    assert not names_store(key, "s3://acme-code/lib.zip")


def test_names_store__deep_json__is_looked_through_or_given_up():
    assert names_store("--x", "[" * 500 + '{"bucket": "acme"}' + "]" * 500)
    assert not names_store("--x", "[" * 100_000)


def told(arguments):
    return store_problems("nightly", arguments, is_local=False)


def test_store_problems__values__are_never_told():
    (problem,) = told({"--out": "s3://hush/x", "--a": "1", "--db": "hush"})

    assert problem.startswith(
        "job: arguments of nightly name what production works on: --db, --out."
    )
    assert "hush" not in problem
    assert problem.endswith("/docs/cloning.md.")
    assert told({"--a": "1"}) == ()


def test_store_problems__many__are_counted():
    many = {f"--table_{n:03}_{'x' * 200}": "t" for n in range(MOST_NAMES + 2)}

    (problem,) = told(many)

    assert "and 2 more" in problem
    assert len(problem) < 2500


@given(st.text(max_size=60), st.text(max_size=200))
@pytest.mark.untraced
def test_names_store__any_text__is_an_answer_and_a_scheme_always_counts(key, value):
    assert isinstance(names_store(key, value), bool)
    assert names_store(f"--x{key}", f"{value} s3://acme")
    assert stores({"--x": "s3://b"}) == ("--x",)


@pytest.mark.parametrize(("number", "more"), [(MOST_NAMES, ""), (MOST_NAMES + 1, " and 1 more")])
def test_store_problems__as_many_names_as_are_told__has_no_others(number, more):
    (problem,) = told({f"--table_{n:03}": "t" for n in range(number)})

    assert f"--table_{MOST_NAMES - 1:03}{more}. Override each" in problem
