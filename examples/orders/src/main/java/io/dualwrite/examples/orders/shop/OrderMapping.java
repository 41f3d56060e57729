package io.dualwrite.examples.orders.shop;

import io.dualwrite.jdbc.Row;

/** An order's row in either schema, made of the one in the other. Pure, and each undoes the other. */
public final class OrderMapping {
    private static final String CLERK = "Clerk#";

    private OrderMapping() {}

    public static Row toNew(Row old) {
        Priority priority = Priority.ofText(Cells.text(old, "o_orderpriority"));
        return old.rename("o_orderkey", "id")
                .rename("o_custkey", "customer_id")
                .rename("o_orderdate", "ordered_on")
                .rename("o_comment", "note")
                .without("o_orderstatus")
                .with(
                        "state",
                        OrderStatus.ofLetter(Cells.text(old, "o_orderstatus")).name())
                .without("o_totalprice")
                .with("total_cents", Cells.cents(old, "o_totalprice"))
                .without("o_orderpriority")
                .with("priority_rank", priority.rank())
                .with("priority_label", priority.label())
                .without("o_clerk")
                .with("clerk_number", Integer.valueOf(Cells.text(old, "o_clerk").substring(CLERK.length())))
                .without("o_revision")
                .with("revision", Cells.longNumber(old, "o_revision"));
    }

    public static Row toOld(Row now) {
        Priority priority = Priority.of(Cells.number(now, "priority_rank"), Cells.text(now, "priority_label"));
        return now.rename("id", "o_orderkey")
                .rename("customer_id", "o_custkey")
                .rename("ordered_on", "o_orderdate")
                .rename("note", "o_comment")
                .without("state")
                .with(
                        "o_orderstatus",
                        OrderStatus.valueOf(Cells.text(now, "state")).letter())
                .without("total_cents")
                .with("o_totalprice", Cells.money(now, "total_cents"))
                .without("priority_rank")
                .without("priority_label")
                .with("o_orderpriority", priority.text())
                .without("clerk_number")
                .with("o_clerk", String.format("%s%09d", CLERK, Cells.number(now, "clerk_number")))
                .without("revision")
                .with("o_revision", Cells.number(now, "revision"));
    }
}
