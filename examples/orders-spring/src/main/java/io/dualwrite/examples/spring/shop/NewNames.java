package io.dualwrite.examples.spring.shop;

import java.util.Map;
import org.hibernate.boot.model.naming.Identifier;
import org.hibernate.boot.model.naming.PhysicalNamingStrategySnakeCaseImpl;
import org.hibernate.engine.jdbc.env.spi.JdbcEnvironment;

/** What tables and columns are called in the new schema. */
public class NewNames extends PhysicalNamingStrategySnakeCaseImpl {
    private static final Map<String, String> COLUMNS = Map.of("title", "label", "placed_at", "ordered_at");

    @Override
    public Identifier toPhysicalTableName(Identifier name, JdbcEnvironment environment) {
        Identifier old = super.toPhysicalTableName(name, environment);
        return Identifier.toIdentifier("shop_" + old.getText(), old.isQuoted());
    }

    @Override
    public Identifier toPhysicalColumnName(Identifier name, JdbcEnvironment environment) {
        Identifier old = super.toPhysicalColumnName(name, environment);
        return Identifier.toIdentifier(COLUMNS.getOrDefault(old.getText(), old.getText()), old.isQuoted());
    }
}
