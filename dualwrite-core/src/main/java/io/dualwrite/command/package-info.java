/** The command line of a migration, for people, scripts and cron. */
@NullMarked
package io.dualwrite.command;

import org.jspecify.annotations.NullMarked;
