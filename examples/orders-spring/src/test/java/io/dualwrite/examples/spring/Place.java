package io.dualwrite.examples.spring;

import java.util.List;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** A database as the application is told of it. */
record Place(String url, String user, String password) {
    /** As arguments of the application. */
    List<String> as(String prefix, String urlName) {
        return List.of(
                "--" + prefix + "." + urlName + "=" + url,
                "--" + prefix + ".username=" + user,
                "--" + prefix + ".password=" + password);
    }

    /** What a query finds, one line a row. */
    List<String> rows(String query) {
        JdbcTemplate jdbc = new JdbcTemplate(new DriverManagerDataSource(url, user, password));
        return jdbc.query(query, (row, number) -> {
            StringBuilder text = new StringBuilder();
            for (int column = 1; column <= row.getMetaData().getColumnCount(); column++) {
                text.append(row.getString(column)).append('|');
            }
            return text.toString();
        });
    }
}
