package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class JsonTextTest {
    @Test
    void orderSpacingAndTheWayNumbersAreWrittenMeanNothing() {
        assertThat(JsonText.canonical(" { \"b\" : [ 1.0 , 2e3, true ], \"a\":{\"x\":null} } "))
                .isEqualTo(JsonText.canonical("{\"a\":{\"x\":null},\"b\":[1,2000,true]}"));
        assertThat(JsonText.canonical("\"\\u00e4\\/\"")).isEqualTo(JsonText.canonical("\"ä/\""));
        assertThat(JsonText.canonical("{}")).isEqualTo("{}");
        assertThat(JsonText.canonical("[]")).isEqualTo("[]");
    }

    @Test
    void whatMeansSomethingElseStaysApart() {
        assertThat(JsonText.canonical("[1,2]")).isNotEqualTo(JsonText.canonical("[2,1]"));
        assertThat(JsonText.canonical("{\"a\":\"1\"}")).isNotEqualTo(JsonText.canonical("{\"a\":1}"));
        assertThat(JsonText.canonical("[\"a\\\",\\\"b\"]")).isNotEqualTo(JsonText.canonical("[\"a\",\"b\"]"));
        assertThat(JsonText.canonical("null")).isNotEqualTo(JsonText.canonical("\"null\""));
    }

    @Test
    void whatIsNoJsonIsLeftAsItIs() {
        for (String text : new String[] {"", "{", "[1", "hello", "{\"a\" 1}", "1 2", "\"open", "[".repeat(10_000)}) {
            assertThat(JsonText.canonical(text)).isEqualTo(text);
        }
    }
}
