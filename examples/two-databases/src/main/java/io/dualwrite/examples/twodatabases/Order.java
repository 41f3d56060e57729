package io.dualwrite.examples.twodatabases;

import java.math.BigDecimal;

/** The application's order, the same whatever the database. */
record Order(long id, String customer, BigDecimal total, String status) {}
