package io.dualwrite.examples.orders.shop;

import io.dualwrite.jdbc.Row;

/** A customer's row in either schema, made of the one in the other. Pure, and each undoes the other. */
public final class CustomerMapping {
    private CustomerMapping() {}

    public static Row toNew(Row old) {
        String phone = Cells.text(old, "c_phone");
        int hyphen = phone.indexOf('-');
        return old.rename("c_custkey", "id")
                .rename("c_name", "name")
                .rename("c_address", "address")
                .rename("c_nationkey", "nation_id")
                .rename("c_comment", "note")
                .without("c_phone")
                .with("phone_country", Integer.valueOf(phone.substring(0, hyphen)))
                .with("phone_number", phone.substring(hyphen + 1))
                .without("c_acctbal")
                .with("balance_cents", Cells.cents(old, "c_acctbal"))
                .without("c_mktsegment")
                .with("segment", Cells.text(old, "c_mktsegment").stripTrailing())
                .without("c_revision")
                .with("revision", Cells.longNumber(old, "c_revision"));
    }

    public static Row toOld(Row now) {
        return now.rename("id", "c_custkey")
                .rename("name", "c_name")
                .rename("address", "c_address")
                .rename("nation_id", "c_nationkey")
                .rename("note", "c_comment")
                .without("phone_country")
                .without("phone_number")
                .with("c_phone", Cells.number(now, "phone_country") + "-" + Cells.text(now, "phone_number"))
                .without("balance_cents")
                .with("c_acctbal", Cells.money(now, "balance_cents"))
                .without("segment")
                .with("c_mktsegment", Cells.text(now, "segment"))
                .without("revision")
                .with("c_revision", Cells.number(now, "revision"));
    }
}
