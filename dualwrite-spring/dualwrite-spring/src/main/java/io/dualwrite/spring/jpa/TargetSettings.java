package io.dualwrite.spring.jpa;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The target's unit's properties: the application's own without what belongs to the origin's database, and over them others. */
final class TargetSettings {
    private static final List<String> ORIGINS_OWN = List.of(
            "hibernate.dialect",
            "hibernate.hbm2ddl.",
            "hibernate.connection.url",
            "hibernate.connection.driver_class",
            "hibernate.connection.username",
            "hibernate.connection.password",
            "hibernate.connection.provider_disables_autocommit",
            "hibernate.session_factory_name",
            "hibernate.session_factory.",
            "jakarta.persistence.database-",
            "jakarta.persistence.jdbc.",
            "jakarta.persistence.schema-generation.",
            "jakarta.persistence.sql-load-script-source");
    private static final String ORM_XML = "hibernate.orm_xml_files";

    private final Map<String, String> properties;

    TargetSettings(Map<String, String> properties) {
        this.properties = Map.copyOf(properties);
    }

    Map<String, Object> over(Map<String, Object> own) {
        Map<String, Object> settings = new HashMap<>(own);
        settings.keySet().removeIf(name -> ORIGINS_OWN.stream().anyMatch(name::startsWith));
        // The classes of the static metamodel have room for one unit: the application's own.
        settings.put("hibernate.jpa.static_metamodel.population", "disabled");
        // Both units may share a cache manager, and must not share what is in it.
        settings.put("hibernate.cache.region_prefix", "dualwrite-target");
        properties.forEach(
                (name, value) -> settings.put(name, name.equals(ORM_XML) ? List.of(value.split("\\s*,\\s*")) : value));
        return settings;
    }
}
