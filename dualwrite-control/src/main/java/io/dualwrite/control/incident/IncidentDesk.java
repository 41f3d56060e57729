package io.dualwrite.control.incident;

import io.dualwrite.Migration;
import io.dualwrite.control.incident.Incident.Status;
import io.dualwrite.control.incident.TimelineEntry.Kind;
import io.dualwrite.event.Fault;
import io.dualwrite.event.Subscription;
import io.dualwrite.repair.BackgroundJob;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens an incident when a rule holds, sees that it gets an owner and that its status is told, and ends it. Every node of an
 * application has one, over the same rules and the same store: for one trouble one incident is open, whoever sees it, and each
 * timer is acted upon by one node, whichever comes first; the timers outlive every process.
 *
 * <p>Callers of the application pay some writes to memory for events that rules look at; everything else happens on the desk's
 * own daemon threads. A notice that is lost with its node is not repeated by itself; the next escalation or update follows.
 *
 * <p>Thread-safe. Owns a thread {@code dualwrite-<migration>-incidents} and one for each sink; {@link #close()} ends them.
 */
public final class IncidentDesk implements AutoCloseable {
    /** A rule that has not been seen to hold for so long, on any node, does not hold any more. */
    static final Duration CLEARED_AFTER = Duration.ofMinutes(3);

    static final Duration OVERDUE_EVERY = Duration.ofMinutes(1);
    static final Duration HELD_EVERY = Duration.ofMinutes(1);
    static final Duration ACTIVE_EVERY = Duration.ofMinutes(1);
    private static final Duration REMEMBERED = Duration.ofDays(1);
    private static final Duration REVIEWED_WITHIN = Duration.ofDays(90);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final int TRIES = 5;
    private static final Logger LOG = LoggerFactory.getLogger(IncidentDesk.class);

    private final Migration migration;
    private final Map<String, IncidentRule> rules = new LinkedHashMap<>();
    private final EscalationMatrix matrix;
    private final IncidentStore store;
    private final IncidentSettings settings;
    private final FactBook book;
    private final Subscription listening;
    private final List<SinkQueue> sinks = new ArrayList<>();
    private final Map<String, Instant> activeTold = new HashMap<>();
    private final Set<String> openBefore = new HashSet<>();
    private final Set<String> dealtWith = new HashSet<>();
    private final Set<String> reviewed = new HashSet<>();
    private volatile @Nullable Instant overdueLookedAt;
    private volatile @Nullable BackgroundJob job;
    private boolean looked;

    private IncidentDesk(
            Migration migration,
            List<IncidentRule> rules,
            EscalationMatrix matrix,
            IncidentStore store,
            IncidentSettings settings) {
        this.migration = migration;
        this.matrix = matrix;
        this.store = store;
        this.settings = settings;
        List<String> problems = new ArrayList<>();
        for (IncidentRule rule : rules) {
            if (this.rules.put(rule.name(), rule) != null) {
                problems.add("two rules are called " + rule.name());
            }
        }
        matrix.missing(rules.stream().map(IncidentRule::component).toList())
                .forEach(component -> problems.add("the escalation matrix has nobody for " + component));
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("Incidents of " + migration.name() + ": " + String.join("; ", problems));
        }
        this.book = new FactBook(settings.clock());
        this.listening = migration.listen(book);
        for (IncidentSink sink : settings.sinks()) {
            String thread = "dualwrite-" + migration.name() + "-sink-" + (sinks.size() + 1);
            sinks.add(new SinkQueue(thread, sink, FIRST_PAUSE));
        }
    }

    /**
     * Looks after this migration's incidents from now on.
     *
     * @throws IllegalArgumentException with everything that is wrong: rules of one name, components nobody is told about
     */
    public static IncidentDesk open(
            Migration migration,
            List<IncidentRule> rules,
            EscalationMatrix matrix,
            IncidentStore store,
            IncidentSettings settings) {
        IncidentDesk desk = new IncidentDesk(migration, rules, matrix, store, settings);
        desk.job = new BackgroundJob("dualwrite-" + migration.name() + "-incidents", settings.poll(), () -> {
            desk.look();
            return false;
        });
        return desk;
    }

    /** One without a thread for rules and timers, which looks when it is told to. */
    static IncidentDesk byHand(
            Migration migration,
            List<IncidentRule> rules,
            EscalationMatrix matrix,
            IncidentStore store,
            IncidentSettings settings) {
        return new IncidentDesk(migration, rules, matrix, store, settings);
    }

    /** The name of the migration whose incidents they are. */
    public String migration() {
        return migration.name();
    }

    /** What opens incidents here. */
    public List<IncidentRule> rules() {
        return List.copyOf(rules.values());
    }

    /** All there ever were, the oldest first. Blocks on the store. */
    public List<Incident> all() throws Exception {
        return store.all(migration.name());
    }

    /** All that are not resolved, the oldest first. Blocks on the store. */
    public List<Incident> open() throws Exception {
        return store.open(migration.name());
    }

    /**
     * Says that a rule holds which no event tells of, such as a payment provider that is down; to be said again while it
     * lasts, about once a minute. Blocks on the store: not for callers' threads.
     *
     * @throws IllegalArgumentException for a rule this desk does not have
     */
    public void raise(String rule) throws Exception {
        IncidentRule raised = named(rule);
        holds(raised, find(store.open(migration.name()), raised), facts());
    }

    /** Takes an incident: from here on this person owns it. Blocks on the store. */
    public Incident acknowledge(String id, String who) throws Exception {
        return order(id, Kind.ACKNOWLEDGED, who, "taken", known -> known.acknowledged(who, now()));
    }

    /** Says how things stand; the next update is due a while from now. Blocks on the store. */
    public Incident update(String id, String who, Status status) throws Exception {
        return order(id, Kind.UPDATED, who, told(status), known -> known.updated(status, true, now()));
    }

    /** Says that users feel nothing of it any more. Blocks on the store. */
    public Incident mitigate(String id, String who, String how) throws Exception {
        return order(id, Kind.MITIGATED, who, how, known -> known.mitigated(now()));
    }

    /** Ends it. Blocks on the store. */
    public Incident resolve(String id, String who, String why) throws Exception {
        return order(id, Kind.RESOLVED, who, why, known -> known.resolved(now()));
    }

    /**
     * How far the rule's runbook leads with what this node knows now, and what a person does next. Never blocks.
     *
     * @throws IllegalArgumentException for a rule this desk does not have
     */
    public Runbook.Walk walk(String rule) {
        return named(rule).runbook().walk(facts());
    }

    /**
     * The rule's runbook as Markdown, with when it was last exercised: when somebody last walked it to its end, or, where
     * nobody has, when somebody who had taken it last resolved an incident of this rule; drills that were raised on purpose
     * included. Blocks on the store.
     *
     * @throws IllegalArgumentException for a rule this desk does not have
     */
    public String runbook(String rule) throws Exception {
        Runbook runbook = named(rule).runbook();
        Optional<TimelineEntry> walked = lastExercised(rule);
        String exercised =
                walked.map(entry -> entry.at() + " by " + entry.who()).orElse("never");
        for (Incident incident : store.all(migration.name())) {
            Instant resolved = incident.resolvedAt();
            if (walked.isEmpty() && incident.rule().equals(rule) && resolved != null && incident.owner() != null) {
                exercised = resolved + " by " + incident.owner();
            }
        }
        return runbook.markdown() + "\nLast exercised: " + exercised + "\n";
    }

    /**
     * Begins to walk an open incident's runbook; what is answered and done goes into its story. For a drill {@link #raise} its
     * rule first. Blocks on the store.
     *
     * @throws IllegalArgumentException when no such incident is open, or its rule is not on this desk
     */
    public Walkthrough begin(String id, String who) throws Exception {
        if (who.isBlank()) {
            throw new IllegalArgumentException("A walkthrough says who makes it");
        }
        Incident incident = opened(id);
        return new Walkthrough(this, incident, named(incident.rule()).runbook(), who);
    }

    /** When an incident's runbook was last walked to its end, and by whom; empty when never. Blocks on the store. */
    public Optional<TimelineEntry> lastExercised(String rule) throws Exception {
        List<Incident> all = store.all(migration.name());
        for (int at = all.size() - 1; at >= 0; at--) {
            if (all.get(at).rule().equals(rule)) {
                List<TimelineEntry> walked = store.timeline(all.get(at).id()).stream()
                        .filter(entry -> entry.kind() == Kind.EXERCISED)
                        .toList();
                if (!walked.isEmpty()) {
                    return Optional.of(walked.get(walked.size() - 1));
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Notes something that has to be done so that it does not happen again. Once it is overdue an incident of severity LOW says
     * so. Blocks on the store.
     *
     * @throws IllegalArgumentException when there is no such incident, or nobody is named
     */
    public ActionItem addAction(String incident, String who, String what, String owner, Instant due) throws Exception {
        ActionItem item =
                new ActionItem(UUID.randomUUID().toString(), any(incident).id(), what, owner, due, null);
        store.keep(item);
        note(incident, Kind.ACTION, who, what + " (" + owner + ", until " + due + ")");
        return item;
    }

    /** Keeps a changed action item: {@link ActionItem#done} or {@link ActionItem#handedTo}. Blocks on the store. */
    public void changeAction(ActionItem item, String who) throws Exception {
        store.keep(item);
        Instant done = item.doneAt();
        String how = done == null ? " is " + item.owner() + "'s now, until " + item.due() : " was done";
        note(item.incident(), Kind.ACTION, who, item.what() + how);
        overdueLookedAt = null;
    }

    /** Every action item that is not done, the one due first before the others. Blocks on the store. */
    public List<ActionItem> openActions() throws Exception {
        return store.actions(migration.name()).stream()
                .filter(item -> item.doneAt() == null)
                .toList();
    }

    /**
     * Says that what is to be learnt from an incident was written down, and where; due 48 hours after it was resolved, and told
     * as an incident of severity LOW when it is overdue. Blocks on the store.
     */
    public void reviewed(String incident, String who, String where) throws Exception {
        note(any(incident).id(), Kind.REVIEWED, who, where);
        overdueLookedAt = null;
    }

    private Incident any(String id) throws Exception {
        return store.all(migration.name()).stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no incident " + id));
    }

    private Incident opened(String id) throws Exception {
        return store.open(migration.name()).stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no open incident " + id));
    }

    /** Writes something into an incident's story, whether it is open or not. */
    void note(String id, Kind kind, String who, String text) throws Exception {
        if (who.isBlank()) {
            throw new IllegalArgumentException("A note says whose it is");
        }
        for (int left = TRIES; left > 0; left--) {
            Incident known = any(id);
            if (store.change(known, known.noted(), List.of(entry(kind, who, text)))) {
                return;
            }
        }
        throw new IllegalStateException("Others kept changing incident " + id + "; try again");
    }

    boolean holdsNow(String rule) {
        return named(rule).holds().test(facts());
    }

    Facts factsNow() {
        return facts();
    }

    /** Reports and action items are looked at about once a minute: nobody is paged for them. */
    private void lookForOverdue() throws Exception {
        Instant now = now();
        Instant before = overdueLookedAt;
        if (before != null && before.plus(OVERDUE_EVERY).isAfter(now)) {
            return;
        }
        overdueLookedAt = now;
        long overdue = store.actions(migration.name()).stream()
                .filter(item -> item.isOverdue(now))
                .count();
        for (Incident incident : store.all(migration.name())) {
            overdue += isReviewOverdue(incident, now) ? 1 : 0;
        }
        book.overdue(overdue);
    }

    private boolean isReviewOverdue(Incident incident, Instant now) throws Exception {
        Instant resolved = incident.resolvedAt();
        boolean due = resolved != null
                && incident.severity() != Severity.LOW
                && resolved.plus(PostIncidentReport.DUE_AFTER).isBefore(now)
                && resolved.plus(REVIEWED_WITHIN).isAfter(now);
        if (!due || reviewed.contains(incident.id())) {
            return false;
        }
        boolean written = store.timeline(incident.id()).stream().anyMatch(entry -> entry.kind() == Kind.REVIEWED);
        if (written) {
            reviewed.add(incident.id());
        }
        return !written;
    }

    private IncidentRule named(String rule) {
        IncidentRule of = rules.get(rule);
        if (of == null) {
            throw new IllegalArgumentException("There is no rule " + rule + " here");
        }
        return of;
    }

    /** What is to be learnt from it, as Markdown. Blocks on the store. */
    public String report(String id) throws Exception {
        List<Incident> all = store.all(migration.name());
        Incident incident = any(id);
        List<ActionItem> actions = store.actions(migration.name()).stream()
                .filter(item -> item.incident().equals(id))
                .toList();
        return PostIncidentReport.markdown(incident, store.timeline(id), all, actions);
    }

    /** How many notices sinks have given up, for want of room or after all tries. */
    public long dropped() {
        return sinks.stream().mapToLong(SinkQueue::dropped).sum();
    }

    /** Ends this node's part; the incidents and their timers stay. Idempotent. */
    @Override
    public void close() {
        BackgroundJob looking = job;
        if (looking != null) {
            looking.close();
        }
        listening.close();
        sinks.forEach(SinkQueue::close);
    }

    /** Holds every rule against the facts, and acts upon every timer that is due. One thread at a time. */
    synchronized void look() throws Exception {
        lookForOverdue();
        Facts facts = facts();
        List<Incident> open = store.open(migration.name());
        if (!looked) {
            rememberWhatWasDealtWith();
            looked = true;
        }
        for (IncidentRule rule : rules.values()) {
            hold(rule, find(open, rule), facts);
        }
        for (Incident incident : store.open(migration.name())) {
            timers(incident, facts);
        }
    }

    private void hold(IncidentRule rule, @Nullable Incident known, Facts facts) throws Exception {
        boolean holds;
        try {
            holds = rule.holds().test(facts);
        } catch (RuntimeException | LinkageError failure) {
            LOG.warn("Rule {} threw {} and is left out", rule.name(), Fault.of(failure));
            return;
        }
        if (known == null && openBefore.remove(rule.name()) && holds) {
            // A person has resolved it while it still holds: told once is enough, until it has not held in between.
            dealtWith.add(rule.name());
        }
        if (known != null) {
            openBefore.add(rule.name());
        }
        if (!holds) {
            dealtWith.remove(rule.name());
            cleared(rule, known, facts);
        } else if (!dealtWith.contains(rule.name())) {
            holds(rule, known, facts);
        }
    }

    private void holds(IncidentRule rule, @Nullable Incident known, Facts facts) throws Exception {
        if (known == null) {
            Incident opened = Incident.opened(UUID.randomUUID().toString(), migration.name(), rule, facts.now());
            if (store.open(opened, entry(Kind.OPENED, settings.node(), rule.summary()))) {
                openBefore.add(rule.name());
                tell(Notice.Kind.OPENED, opened, facts);
            }
        } else if (known.mitigatedAt() != null) {
            Incident again = known.held(facts.now());
            if (store.change(known, again, List.of(entry(Kind.UPDATED, settings.node(), "it holds again")))) {
                tell(Notice.Kind.UPDATED, again, facts);
            }
        } else if (known.heldAt().plus(HELD_EVERY).isBefore(facts.now())) {
            store.change(known, known.held(facts.now()), List.of());
        }
    }

    private void cleared(IncidentRule rule, @Nullable Incident known, Facts facts) throws Exception {
        if (known == null
                || known.mitigatedAt() != null
                || known.heldAt().plus(CLEARED_AFTER).isAfter(facts.now())) {
            return;
        }
        String why = "it has not held on any node for " + CLEARED_AFTER;
        if (rule.resolvesItself()) {
            Incident resolved = known.resolved(facts.now());
            if (store.change(known, resolved, List.of(entry(Kind.RESOLVED, settings.node(), why)))) {
                tell(Notice.Kind.RESOLVED, resolved, facts);
            }
        } else {
            Incident mitigated = known.mitigated(facts.now());
            if (store.change(known, mitigated, List.of(entry(Kind.MITIGATED, settings.node(), why)))) {
                tell(Notice.Kind.MITIGATED, mitigated, facts);
            }
        }
    }

    private void timers(Incident incident, Facts facts) throws Exception {
        Incident at = incident;
        if (isDue(at.ownerDue(), facts)) {
            Incident escalated = at.escalated(facts.now());
            String why = at.owner() == null ? "nobody has taken it" : "nobody has said what is being done";
            String text = "to " + contact(escalated) + ": " + why;
            if (!store.change(at, escalated, List.of(entry(Kind.ESCALATED, settings.node(), text)))) {
                return;
            }
            at = escalated;
            tell(Notice.Kind.ESCALATED, at, facts);
        }
        if (isDue(at.updateDue(), facts)) {
            Incident updated = at.updated(at.status(), false, facts.now());
            String text = "nothing new was said; " + told(at.status());
            if (!store.change(at, updated, List.of(entry(Kind.UPDATED, settings.node(), text)))) {
                return;
            }
            at = updated;
            tell(Notice.Kind.UPDATED, at, facts);
        }
        Instant told = activeTold.getOrDefault(at.id(), Instant.MIN);
        if (!told.isAfter(facts.now().minus(ACTIVE_EVERY))) {
            activeTold.put(at.id(), facts.now());
            Notice active = notice(Notice.Kind.ACTIVE, at, facts);
            sinks.stream().filter(queue -> queue.sink().wantsActive()).forEach(queue -> queue.offer(active));
        }
    }

    /** A node that starts while a rule still holds must not page for what a person has resolved. */
    private void rememberWhatWasDealtWith() throws Exception {
        Map<String, Incident> latest = new HashMap<>();
        store.all(migration.name()).forEach(incident -> latest.put(incident.rule(), incident));
        latest.forEach((rule, incident) -> {
            Instant resolved = incident.resolvedAt();
            if (resolved != null && resolved.plus(REMEMBERED).isAfter(now())) {
                dealtWith.add(rule);
            }
        });
    }

    private Incident order(String id, Kind kind, String who, String text, UnaryOperator<Incident> change)
            throws Exception {
        if (who.isBlank()) {
            throw new IllegalArgumentException("An order says who gives it");
        }
        for (int left = TRIES; left > 0; left--) {
            Incident known = opened(id);
            Incident to = change.apply(known);
            if (store.change(known, to, List.of(entry(kind, who, text)))) {
                tell(Notice.Kind.valueOf(kind.name()), to, facts());
                return to;
            }
        }
        throw new IllegalStateException("Others kept changing incident " + id + "; try again");
    }

    private void tell(Notice.Kind kind, Incident incident, Facts facts) {
        Notice notice = notice(kind, incident, facts);
        sinks.forEach(queue -> queue.offer(notice));
    }

    private Notice notice(Notice.Kind kind, Incident incident, Facts facts) {
        IncidentRule rule = rules.get(incident.rule());
        String advice = rule == null
                ? "no runbook on this node"
                : rule.runbook().title() + ": " + rule.runbook().walk(facts).told();
        return new Notice(
                kind, incident, contact(incident), contacts(incident).channel(), advice, settings.node(), facts.now());
    }

    private Contacts contacts(Incident incident) {
        return matrix.of(incident.component(), incident.severity());
    }

    /** Whose turn it is: the primary contact, then the backup, then both. */
    private String contact(Incident incident) {
        Contacts contacts = contacts(incident);
        return switch (incident.escalations()) {
            case 0 -> contacts.primary();
            case 1 -> contacts.backup();
            default -> contacts.primary() + ", " + contacts.backup();
        };
    }

    private static boolean isDue(@Nullable Instant due, Facts facts) {
        return due != null && !due.isAfter(facts.now());
    }

    private static @Nullable Incident find(List<Incident> open, IncidentRule rule) {
        return open.stream()
                .filter(incident -> incident.rule().equals(rule.name()))
                .findFirst()
                .orElse(null);
    }

    private static String told(Status status) {
        return "state: " + status.state() + "; done: " + status.actions() + "; next: " + status.next() + "; estimate: "
                + status.estimate();
    }

    private TimelineEntry entry(Kind kind, String who, String text) {
        return new TimelineEntry(now(), kind, who, text);
    }

    private Facts facts() {
        return book.facts(migration.stage(), settings.ramp().get());
    }

    private Instant now() {
        return settings.clock().instant();
    }
}
