package io.dualwrite.command;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The commands there are. */
enum Word {
    PREFLIGHT("tells everything that is wrong with both sides, at once", Looks::preflight, Option.BY),
    STATUS("tells how things stand on both sides", Looks::status),
    MOVE(
            "walks to a stage: off, dualwrite, shadow, live, rampdown or complete",
            Moves::move,
            Option.BY,
            Option.WAIT,
            Option.DRY_RUN),
    BACKFILL(
            "brings over what was there before; goes on where it was stopped",
            Copying::backfill,
            Option.DRY_RUN,
            Option.PROGRESS),
    VERIFY(
            "compares everything on both sides, or a part, and changes nothing",
            Comparisons::verify,
            Option.STOP,
            Option.TYPE,
            Option.FROM,
            Option.TO,
            Option.SAMPLE,
            Option.SEED,
            Option.RECENT,
            Option.IN_DATABASES,
            Option.MOST,
            Option.PROGRESS),
    REPAIR(
            "compares everything, or a range, and repairs what differs, until nothing does",
            Comparisons::repair,
            Option.PASSES,
            Option.TYPE,
            Option.FROM,
            Option.TO,
            Option.IN_DATABASES,
            Option.MOST,
            Option.PROGRESS),
    FLIP("gives the authority to the target (LIVE)", Moves::flip, Option.BY, Option.WAIT, Option.DRY_RUN),
    ROLLBACK(
            "gives the authority back to the origin (SHADOW)",
            Moves::rollback,
            Option.BY,
            Option.WAIT,
            Option.DRY_RUN,
            Option.FORCE),
    UNRECONCILED("lists what a lost target has accepted and not handed on", Looks::unreconciled, Option.MOST),
    READOPT("lets a lost target follow again, once it is reconciled", Moves::readopt),
    HELP("tells this", Looks::help);

    private final String help;
    private final Work work;
    private final Set<Option> options;

    /** What a command does. */
    @FunctionalInterface
    interface Work {
        Outcome on(Errand errand) throws Exception;
    }

    Word(String help, Work work, Option... options) {
        this.help = help;
        this.work = work;
        this.options = Set.of(options);
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** As it is written on a command line, without options. */
    String usage() {
        return this == MOVE ? word() + " STAGE" : word();
    }

    String help() {
        return help;
    }

    Work work() {
        return work;
    }

    /** Whether it understands the option; all understand {@link Option#MACHINE}. */
    boolean takes(Option option) {
        return option == Option.MACHINE || options.contains(option);
    }

    /** What it understands, in the order of help. */
    List<Option> options() {
        return List.of(Option.values()).stream().filter(options::contains).toList();
    }
}
