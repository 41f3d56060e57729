package io.dualwrite.examples.orders.shop;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.jdbc.Row;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MappingTest {
    private static final Row OLD_ORDER = Row.of(Map.of(
            "o_orderkey",
            7L,
            "o_custkey",
            3L,
            "o_orderstatus",
            "P",
            "o_totalprice",
            new BigDecimal("252004.18"),
            "o_orderdate",
            LocalDate.of(1996, 1, 10),
            "o_orderpriority",
            "4-NOT SPECIFIED",
            "o_clerk",
            "Clerk#000000470",
            "o_comment",
            " foxes. pending",
            "o_revision",
            2));

    private static final Row OLD_CUSTOMER = Row.of(Map.of(
            "c_custkey", 3L,
            "c_name", "Customer#000000003",
            "c_address", "MG9kdTD2WBHm",
            "c_nationkey", 1,
            "c_phone", "11-719-748-3364",
            "c_acctbal", new BigDecimal("-98.10"),
            "c_mktsegment", "BUILDING  ",
            "c_comment", "deposits",
            "c_revision", 0));

    @Test
    void anOrderHasItsMoneyInCentsItsStatusByNameAndItsPrioritySplit() {
        assertThat(OrderMapping.toNew(OLD_ORDER))
                .isEqualTo(Row.of(Map.of(
                        "id",
                        7L,
                        "customer_id",
                        3L,
                        "state",
                        "PARTIAL",
                        "total_cents",
                        25200418L,
                        "ordered_on",
                        LocalDate.of(1996, 1, 10),
                        "priority_rank",
                        4,
                        "priority_label",
                        "NOT SPECIFIED",
                        "clerk_number",
                        470,
                        "note",
                        " foxes. pending",
                        "revision",
                        2L)));
    }

    @Test
    void aCustomerHasTheMoneyInCentsAndThePhoneNumberSplit() {
        assertThat(CustomerMapping.toNew(OLD_CUSTOMER))
                .isEqualTo(Row.of(Map.of(
                        "id",
                        3L,
                        "name",
                        "Customer#000000003",
                        "address",
                        "MG9kdTD2WBHm",
                        "nation_id",
                        1,
                        "phone_country",
                        11,
                        "phone_number",
                        "719-748-3364",
                        "balance_cents",
                        -9810L,
                        "segment",
                        "BUILDING",
                        "note",
                        "deposits",
                        "revision",
                        0L)));
    }

    @Test
    void theWayBackUndoesTheMapping() {
        assertThat(OrderMapping.toOld(OrderMapping.toNew(OLD_ORDER))).isEqualTo(OLD_ORDER);
        // The column is CHAR(10): the database pads it again.
        assertThat(CustomerMapping.toOld(CustomerMapping.toNew(OLD_CUSTOMER)))
                .isEqualTo(OLD_CUSTOMER.with("c_mktsegment", "BUILDING"));
    }
}
