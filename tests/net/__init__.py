import pytest

pytest.register_assert_rewrite(
    "tests.net.conformance",
    "tests.net.conformance_access",
    "tests.net.conformance_reads",
    "tests.net.conformance_watches",
)
