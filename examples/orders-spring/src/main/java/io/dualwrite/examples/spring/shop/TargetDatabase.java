package io.dualwrite.examples.spring.shop;

import com.zaxxer.hikari.HikariDataSource;
import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Where the shop moves to: besides properties, all that the move adds to the application. */
@Configuration
class TargetDatabase {
    @Bean(defaultCandidate = false)
    @Qualifier("target") @ConfigurationProperties("target")
    DataSource target() {
        return new HikariDataSource();
    }
}
