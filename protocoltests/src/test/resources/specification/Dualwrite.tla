------------------------------ MODULE Dualwrite ------------------------------
(***************************************************************************)
(* How two stores stay the same while one replaces the other, as the code  *)
(* does it. An action is one step of the library that others can see; it   *)
(* is named after the class and method that take it. Between two actions   *)
(* of a process anything may happen: others act, the process dies, or it   *)
(* sleeps and goes on much later.                                          *)
(*                                                                         *)
(* Variation is "none" for the protocol itself. Any other value makes one  *)
(* well-known mistake, for TLC to show what it costs.                      *)
(***************************************************************************)
EXTENDS Naturals, FiniteSets, TLC

CONSTANTS
    Writers,         \* threads that write through the library
    Carriers,        \* threads that transfer: relays, drains, repairs
    Backfills,       \* threads that run a backfill
    Verifiers,       \* threads that confirm differences
    Coordinators,    \* threads that change stages and hand the authority over
    MostKeys,        \* keys are 1..MostKeys
    MostWrites,      \* committed writes in a behaviour
    MostHandovers,   \* decided handovers in a behaviour
    MostGenerations, \* beginnings in a behaviour
    Stages,          \* the stages that are entered
    Start,           \* the stage to start at: "OFF", "DUAL_WRITE", "SHADOW" or "LIVE"
    Repairs,         \* whether a carrier may transfer a record without an intent
    Crashes,         \* whether processes die
    Variation        \* "none", or the mistake to make

VARIABLES
    row,      \* side -> its control row
    data,     \* side -> key -> the committed record
    journal,  \* side -> set of committed intents
    cursor,   \* generation -> the backfill's checkpoint, kept beside the target
    w, t, v, c, \* the local state of writers, of carriers and backfills, of verifiers, of coordinators
    \* What nobody can see, kept to say what is right:
    newest,   \* key -> its newest committed state, on whatever side
    noted,    \* key -> number of its newest state that was committed with an intent
    forgot,   \* key -> number of the newest state whose intent was removed
    whole,    \* generations whose backfill has ended
    unfenced, \* whether a write was committed on a side that was not the authority at its handover number
    alarmed,  \* whether a difference was confirmed
    past,     \* key -> the state before the newest; a replica that lags (one variation only)
    ids       \* the last intent number given out (one variation only)

vars == <<row, data, journal, cursor, w, t, v, c, newest, noted, forgot, whole, unfenced, alarmed, past, ids>>
ghosts == <<newest, noted, forgot, whole, unfenced, alarmed, past, ids>>

Is(variation) == Variation = variation

Sides == {"origin", "target"}
Other(s) == IF s = "origin" THEN "target" ELSE "origin"
Keys == 1 .. MostKeys
Transfers == Carriers \cup Backfills

----------------------------------------------------------------------------
(* Values.                                                                 *)

\* A committed state of a record. Its number counts the key's states on whatever side they were committed; a record that is
\* absent keeps the number of its deletion, which no code can read. The stamp is a node's clock, for one variation.
State(number, present, stamp) == [n |-> number, p |-> present, s |-> stamp]
Nothing == State(0, FALSE, 0)
Same(a, b) == (~a.p /\ ~b.p) \/ (a.p /\ b.p /\ a.n = b.n)

\* A control row. Its version is not a number here: whoever remembers a row remembers as well whether it was changed since.
Row(role, stage, f, journalled, gen, deadline) ==
    [role |-> role, stage |-> stage, f |-> f, journalled |-> journalled, gen |-> gen, deadline |-> deadline]

Journalled(stage) == stage \notin {"OFF", "COMPLETE"}
Followed(stage) == stage \in {"DUAL_WRITE", "SHADOW", "LIVE", "RAMP_DOWN"}

\* ControlRow.authority(stage)
Authority(r, stage) == Row("AUTHORITY", stage, r.f, Journalled(stage), r.gen, FALSE)

Idle == [pc |-> "idle"]
NoIntents == {}

----------------------------------------------------------------------------
(* Who holds what.                                                         *)

\* Transactions that hold a side's control row shared, until their commit.
WritersAt(s) ==
    IF Is("noAuthorityFence") THEN {} ELSE {i \in Writers : w[i].pc = "entered" /\ w[i].side = s}
TransfersAt(s) ==
    IF Is("noCopyFence") THEN {}
    ELSE {i \in Transfers : t[i].pc \in {"fenced", "locked", "read"} /\ Other(t[i].from) = s}
VerifiersAt(s) == {i \in Verifiers : v[i].pc # "idle" /\ Other(v[i].from) = s}
NobodyHolds(s) == WritersAt(s) = {} /\ TransfersAt(s) = {} /\ VerifiersAt(s) = {}

\* Whoever may write a record of the copy now, apart from i.
HoldsStripe(i, from, k) ==
    IF Is("leaseInsteadOfLock")
    THEN t[i].pc \in {"seen", "fenced", "locked", "read"} /\ t[i].from = from /\ t[i].k = k /\ ~t[i].lost
    ELSE t[i].pc \in {"locked", "read"} /\ t[i].from = from /\ t[i].k = k /\ ~t[i].lost /\ ~t[i].lockless
StripeIsFree(i, from, k) ==
    /\ \A j \in Transfers \ {i} : ~HoldsStripe(j, from, k)
    /\ Is("confirmWithoutStripe") \/ \A j \in Verifiers \ {i} : ~(v[j].pc # "idle" /\ v[j].from = from /\ v[j].k = k)

\* Control.change: the row of s, which nobody holds, is replaced; whoever else remembers the old one has a stale row now.
\* mine: the new local states of coordinators, as a function of those.
Changed(s, next, mine) ==
    /\ row' = [row EXCEPT ![s] = next]
    /\ c' = [i \in Coordinators |->
                IF i \in DOMAIN mine THEN mine[i]
                ELSE IF c[i].pc = "idle" THEN c[i]
                ELSE IF c[i].pc \in {"beginning", "begun"}
                     THEN [c[i] EXCEPT !.fresh = @ \ {s}]
                     ELSE IF c[i].from = s THEN [c[i] EXCEPT !.fresh = @ \ {s}] ELSE c[i]]

None == [i \in {} |-> Idle]
Only(i, state) == [j \in {i} |-> state]

----------------------------------------------------------------------------
(* A write.                                                                *)

Writing == {i \in Writers : w[i].pc = "entered"}
RECURSIVE Sum(_, _)
Sum(f, n) == IF n = 0 THEN 0 ELSE f[n].n + Sum(f, n - 1)
Committed == Sum(newest, MostKeys)

\* The first statement of a transaction: the row is held shared and says AUTHORITY. Waiting holds nothing, and is no step.
WriterGate_enter(i, s) ==
    /\ ~Is("rowReadBeforeFence")
    /\ w[i].pc = "idle"
    /\ row[s].role = "AUTHORITY"
    /\ Committed + Cardinality(Writing) < MostWrites
    /\ ids' = IF Is("removeBelowHighWaterMark") THEN ids + 1 ELSE ids
    /\ w' = [w EXCEPT ![i] = [pc |-> "entered", side |-> s, f |-> row[s].f, journalled |-> row[s].journalled, id |-> ids']]
    /\ UNCHANGED <<row, data, journal, cursor, t, v, c, newest, noted, forgot, whole, unfenced, alarmed, past>>

\* Variation only: the row is as it was before the lock was granted, which is what one statement for both may read.
Wrong_look(i, s) ==
    /\ Is("rowReadBeforeFence")
    /\ w[i].pc = "idle"
    /\ row[s].role = "AUTHORITY"
    /\ Committed + Cardinality(Writing) < MostWrites
    /\ w' = [w EXCEPT ![i] = [pc |-> "looked", side |-> s, f |-> row[s].f, journalled |-> row[s].journalled, id |-> 0]]
    /\ UNCHANGED <<row, data, journal, cursor, t, v, c, ghosts>>
Wrong_hold(i) ==
    /\ w[i].pc = "looked"
    /\ w' = [w EXCEPT ![i].pc = "entered"]
    /\ UNCHANGED <<row, data, journal, cursor, t, v, c, ghosts>>

\* The work, the intents and the commit. What comes before the commit is seen by nobody else.
JdbcTransactions_commit(i, k, present, stamp) ==
    LET s == w[i].side
        n == newest[k].n + 1
        intent == [k |-> k, n |-> n, id |-> w[i].id]
        journals == w[i].journalled /\ ~Is("noJournal") /\ ~Is("intentOnlyOnCopyFailure")
    IN
    /\ w[i].pc = "entered"
    /\ stamp = 0 \/ Is("newerWinsByClock")
    /\ data' = [data EXCEPT ![s][k] = State(n, present, stamp)]
    /\ journal' = IF journals THEN [journal EXCEPT ![s] = @ \cup {intent}] ELSE journal
    /\ newest' = [newest EXCEPT ![k] = State(n, present, stamp)]
    /\ noted' = IF w[i].journalled THEN [noted EXCEPT ![k] = n] ELSE noted
    /\ past' = IF Is("readFromReplica") THEN [past EXCEPT ![k] = data[s][k]] ELSE past
    /\ unfenced' = (unfenced \/ row[s].role # "AUTHORITY" \/ row[s].f # w[i].f)
    /\ w' = [w EXCEPT ![i] =
                IF (Is("valueInline") \/ Is("intentOnlyOnCopyFailure")) /\ w[i].journalled
                THEN [pc |-> "inform", side |-> s, k |-> k, state |-> data'[s][k], intent |-> intent]
                ELSE Idle]
    /\ UNCHANGED <<row, cursor, t, v, c, forgot, whole, alarmed, ids>>

\* The work or the commit failed, or the process died: the database forgets the transaction.
JdbcTransactions_rollBack(i) ==
    /\ Crashes
    /\ w[i].pc # "idle"
    /\ w' = [w EXCEPT ![i] = Idle]
    /\ UNCHANGED <<row, data, journal, cursor, t, v, c, ghosts>>

\* Variations only: after its commit the writer tells the copy by itself.
Wrong_inform(i) ==
    LET to == Other(w[i].side) IN
    /\ w[i].pc = "inform"
    /\ row[to].role = "COPY"
    /\ \/ /\ data' = [data EXCEPT ![to][w[i].k] = w[i].state]
          /\ journal' = [journal EXCEPT ![w[i].side] = @ \ {w[i].intent}]
       \/ /\ Is("intentOnlyOnCopyFailure")
          /\ journal' = [journal EXCEPT ![w[i].side] = @ \cup {w[i].intent}]
          /\ UNCHANGED data
    /\ w' = [w EXCEPT ![i] = Idle]
    /\ UNCHANGED <<row, cursor, t, v, c, ghosts>>

----------------------------------------------------------------------------
(* A transfer: Transfer.transfer around TableCarrier.carry.                *)

\* Whether any node may still believe that transfers go away from s: some row it may have seen said so.
MayFollow(s) == \/ s = "origin" /\ row["origin"].gen > 0
                \/ s = "target" /\ row["target"].f > 0

Seen(s, k) ==
    LET all == {intent \in journal[s] : intent.k = k} IN
    IF Is("skipLocked")
    THEN {intent \in all : \A j \in Transfers : t[j].pc = "idle" \/ t[j].pc = "begun" \/ intent \notin t[j].seen}
    ELSE all

Seeing(i, from, k, gen, lockless) ==
    [pc |-> "seen", from |-> from, k |-> k, seen |-> Seen(from, k), gen |-> gen, lost |-> FALSE, lockless |-> lockless,
     state |-> IF Is("readOlderSnapshot") THEN data[from][k] ELSE Nothing]

\* Relay.claim or a repair by the verifier, then Journal.seen. A lease keeps others away most of the time; as it may run
\* out at any moment it keeps nobody away here.
Transfer_seen(i, from, k) ==
    /\ t[i].pc = "idle"
    /\ MayFollow(from)
    /\ Repairs \/ Seen(from, k) # {}
    /\ Is("leaseInsteadOfLock") => StripeIsFree(i, from, k)
    /\ t' = [t EXCEPT ![i] = Seeing(i, from, k, 0, FALSE)]
    /\ UNCHANGED <<row, data, journal, cursor, w, v, c, ghosts>>

\* The first statement on the copy: its row is held shared and says COPY, or nothing happens (NotACopyException).
TableCarrier_fence(i) ==
    /\ t[i].pc = "seen"
    /\ t' = [t EXCEPT ![i] =
                IF row[Other(t[i].from)].role = "COPY" \/ Is("noCopyFence")
                THEN IF Is("readBeforeLock")
                     THEN [t[i] EXCEPT !.pc = "fenced", !.state = data[t[i].from][t[i].k]]
                     ELSE [t[i] EXCEPT !.pc = "fenced"]
                ELSE Idle]
    /\ UNCHANGED <<row, data, journal, cursor, w, v, c, ghosts>>

TableCarrier_lockStripes(i) ==
    /\ t[i].pc = "fenced"
    /\ \/ t[i].lockless
       \/ Variation \in {"leaseInsteadOfLock", "skipLocked", "newerWinsWithoutTombstones"}
       \/ StripeIsFree(i, t[i].from, t[i].k)
    /\ t' = [t EXCEPT ![i].pc = "locked"]
    /\ UNCHANGED <<row, data, journal, cursor, w, v, c, ghosts>>

TableCarrier_readAuthority(i) ==
    LET from == t[i].from
        k == t[i].k
    IN
    /\ t[i].pc = "locked"
    /\ \E state \in IF Variation \in {"readBeforeLock", "readOlderSnapshot"} THEN {t[i].state}
                    ELSE IF Is("readFromReplica") THEN {data[from][k], past[k]}
                    ELSE {data[from][k]} :
           t' = [t EXCEPT ![i].pc = "read", ![i].state = state]
    /\ journal' = IF Is("removeBeforeCommit") THEN [journal EXCEPT ![from] = @ \ t[i].seen] ELSE journal
    /\ UNCHANGED <<row, data, cursor, w, v, c, ghosts>>

\* What the copy holds after it was told a state.
Applied(i, state, there) ==
    CASE Is("newerWinsWithoutTombstones") /\ there.p /\ there.n >= state.n -> there
      [] Is("newerWinsByClock") /\ there.p /\ there.s > state.s -> there
      [] t[i].lockless /\ Is("backfillInsertIfAbsent") /\ (there.p \/ ~state.p) -> there
      [] t[i].lockless /\ ~state.p -> there
      [] OTHER -> state

\* The records, the backfill's cursor, and the commit. When its outcome is not known to the caller, he does not go on.
TableCarrier_apply(i) ==
    LET from == t[i].from
        to == Other(from)
        k == t[i].k
    IN
    /\ t[i].pc = "read"
    /\ data' = [data EXCEPT ![to][k] = Applied(i, t[i].state, @)]
    /\ cursor' = IF i \in Backfills THEN [cursor EXCEPT ![t[i].gen] = [pos |-> k, done |-> FALSE]] ELSE cursor
    /\ t' = [t EXCEPT ![i] =
                IF t[i].seen # {} THEN [t[i] EXCEPT !.pc = "carried", !.state = Nothing]
                ELSE IF i \in Backfills THEN [pc |-> "begun", gen |-> t[i].gen, pos |-> k, found |-> {}, looked |-> FALSE]
                ELSE Idle]
    /\ UNCHANGED <<row, journal, w, v, c, ghosts>>

MaxId(intents) == CHOOSE id \in {each.id : each \in intents} : \A each \in intents : each.id <= id

Removed(i) ==
    CASE Is("removeByKey") -> {each \in journal[t[i].from] : each.k = t[i].k}
      [] Is("removeBelowHighWaterMark") -> {each \in journal[t[i].from] : each.id <= MaxId(t[i].seen)}
      [] OTHER -> t[i].seen \cap journal[t[i].from]

\* In its own commit, exactly the intents that were seen before.
Journal_remove(i) ==
    LET gone == Removed(i)
        k == t[i].k
    IN
    /\ t[i].pc = "carried"
    /\ journal' = [journal EXCEPT ![t[i].from] = @ \ gone]
    /\ forgot' = [each \in Keys |->
                    LET of == {intent.n : intent \in {g \in gone : g.k = each}} \cup {forgot[each]}
                    IN CHOOSE n \in of : \A m \in of : m <= n]
    /\ t' = [t EXCEPT ![i] =
                IF i \in Backfills THEN [pc |-> "begun", gen |-> t[i].gen, pos |-> k, found |-> {}, looked |-> FALSE]
                ELSE Idle]
    /\ UNCHANGED <<row, data, cursor, w, v, c, newest, noted, whole, unfenced, alarmed, past, ids>>

\* The process died, or a statement or the commit failed, or the outcome of the commit is not known: the database has all
\* or nothing, and the intents stay.
Transfer_dies(i) ==
    /\ Crashes
    /\ t[i].pc # "idle"
    /\ t' = [t EXCEPT ![i] = Idle]
    /\ UNCHANGED <<row, data, journal, cursor, w, v, c, ghosts>>

\* Variations only: the lock was no part of the transaction on the copy, and is gone while that goes on.
Wrong_lockIsLost(i) ==
    /\ \/ Is("lockOnAuthority") /\ t[i].pc \in {"locked", "read"}
       \/ Is("leaseInsteadOfLock") /\ t[i].pc \in {"seen", "fenced", "locked", "read"}
    /\ ~t[i].lost
    /\ t' = [t EXCEPT ![i].lost = TRUE]
    /\ UNCHANGED <<row, data, journal, cursor, w, v, c, ghosts>>

----------------------------------------------------------------------------
(* A backfill: chunks of one key.                                          *)

Backfill_run(i) ==
    LET r == row["origin"] IN
    /\ t[i].pc = "idle"
    /\ r.role = "AUTHORITY" /\ Followed(r.stage)
    /\ ~cursor[r.gen].done
    /\ t' = [t EXCEPT ![i] =
                [pc |-> "begun", gen |-> r.gen, pos |-> cursor[r.gen].pos, found |-> {}, looked |-> FALSE]]
    /\ UNCHANGED <<row, data, journal, cursor, w, v, c, ghosts>>

KeysAfter(s, pos) == {k \in Keys : k > pos /\ data[s][k].p}

\* BackfillCursor.nextKeys: plain reads, one side after the other.
BackfillCursor_nextKeys_origin(i) ==
    /\ t[i].pc = "begun" /\ ~t[i].looked
    /\ t' = [t EXCEPT ![i].looked = TRUE, ![i].found = KeysAfter("origin", t[i].pos)]
    /\ UNCHANGED <<row, data, journal, cursor, w, v, c, ghosts>>

Lowest(keys) == CHOOSE k \in keys : \A other \in keys : k <= other

\* ... then Transfer.transfer with the cursor, or the end.
BackfillCursor_nextKeys_target(i) ==
    LET found == t[i].found \cup KeysAfter("target", t[i].pos)
        lockless == Variation \in {"backfillInsertIfAbsent", "backfillBlindUpsert"}
    IN
    /\ t[i].pc = "begun" /\ t[i].looked
    /\ t' = [t EXCEPT ![i] =
                IF found # {} THEN Seeing(i, "origin", Lowest(found), t[i].gen, lockless)
                ELSE IF Is("backfillUnlistedKeys") /\ t[i].pos < MostKeys
                THEN [Seeing(i, "origin", t[i].pos + 1, t[i].gen, TRUE) EXCEPT !.seen = {}]
                ELSE [pc |-> "ending", gen |-> t[i].gen, pos |-> t[i].pos, found |-> {}, looked |-> FALSE]]
    /\ UNCHANGED <<row, data, journal, cursor, w, v, c, ghosts>>

\* Checkpoints.save of the end, in a transaction of its own that holds no fence.
Backfill_end(i) ==
    /\ t[i].pc = "ending"
    /\ cursor' = [cursor EXCEPT ![t[i].gen] = [pos |-> t[i].pos, done |-> TRUE]]
    /\ whole' = whole \cup {t[i].gen}
    /\ t' = [t EXCEPT ![i] = Idle]
    /\ UNCHANGED <<row, data, journal, w, v, c, newest, noted, forgot, unfenced, alarmed, past, ids>>

----------------------------------------------------------------------------
(* A confirmation: TableConfirmation.confirm, for one key.                 *)

\* Which of the three is read in which step.
Order == CASE Is("confirmJournalFirst") -> <<"journal", "copy", "authority">>
           [] Is("confirmJournalBeforeAuthority") -> <<"copy", "journal", "authority">>
           [] Is("confirmAuthorityFirst") -> <<"authority", "copy", "journal">>
           [] OTHER -> <<"copy", "authority", "journal">>

Look(i, at, state) ==
    LET what == Order[at]
        s == IF what = "copy" THEN Other(state.from) ELSE state.from
    IN IF what = "journal" THEN [state EXCEPT !.open = {intent \in journal[s] : intent.k = state.k} # {}]
       ELSE IF what = "copy" THEN [state EXCEPT !.copy = data[s][state.k]]
       ELSE [state EXCEPT !.authority = data[s][state.k]]

\* The fence, the stripe, and the first of the three.
TableConfirmation_confirm(i, from, k) ==
    /\ v[i].pc = "idle"
    /\ row[Other(from)].role = "COPY"
    /\ row["origin"].gen \in whole
    /\ Is("confirmWithoutStripe") \/ StripeIsFree(i, from, k)
    /\ v' = [v EXCEPT ![i] = Look(i, 1, [pc |-> "second", from |-> from, k |-> k,
                                         copy |-> Nothing, authority |-> Nothing, open |-> FALSE])]
    /\ UNCHANGED <<row, data, journal, cursor, w, t, c, ghosts>>

TableConfirmation_second(i) ==
    /\ v[i].pc = "second"
    /\ v' = [v EXCEPT ![i] = [Look(i, 2, v[i]) EXCEPT !.pc = "third"]]
    /\ UNCHANGED <<row, data, journal, cursor, w, t, c, ghosts>>

TableConfirmation_third(i) ==
    LET seen == Look(i, 3, v[i]) IN
    /\ v[i].pc = "third"
    /\ alarmed' = (alarmed \/ (~Same(seen.copy, seen.authority) /\ ~seen.open))
    /\ v' = [v EXCEPT ![i] = Idle]
    /\ UNCHANGED <<row, data, journal, cursor, w, t, c, newest, noted, forgot, whole, unfenced, past, ids>>

----------------------------------------------------------------------------
(* Stages. A change succeeds only from the row that was looked at, so that *)
(* looking and changing are one step, wherever nothing else was looked at  *)
(* in between.                                                             *)

NextStages(stage) ==
    CASE stage = "JOURNAL" -> {"OFF", "DUAL_WRITE"}
      [] stage = "DUAL_WRITE" -> {"JOURNAL", "SHADOW"}
      [] stage = "SHADOW" -> {"DUAL_WRITE"}
      [] stage = "LIVE" -> {"RAMP_DOWN"}
      [] stage = "RAMP_DOWN" -> {"LIVE", "COMPLETE"}
      [] OTHER -> {}

Steps_change(s, stage) ==
    LET r == row[s] IN
    /\ r.role = "AUTHORITY"
    /\ stage \in NextStages(r.stage) \cap Stages
    /\ r.stage = "JOURNAL" /\ stage = "DUAL_WRITE" => Is("noWaitBeforeFollowing")
    /\ r.stage = "DUAL_WRITE" /\ stage = "SHADOW" => r.gen \in whole
    /\ NobodyHolds(s) \/ (stage = "COMPLETE" /\ Is("leaseBarrierAtComplete"))
    /\ Changed(s, Authority(r, stage), None)
    /\ UNCHANGED <<data, journal, cursor, w, t, v, ghosts>>

\* Steps.begin: both rows are looked at ...
Steps_begin(i) ==
    /\ c[i].pc = "idle"
    /\ "JOURNAL" \in Stages
    /\ row["origin"].role = "AUTHORITY" /\ row["origin"].stage = "OFF"
    /\ row["target"].role = "COPY"
    /\ row["origin"].gen < MostGenerations
    /\ c' = [c EXCEPT ![i] = [pc |-> "beginning", fresh |-> Sides, gen |-> row["origin"].gen, f |-> row["origin"].f]]
    /\ UNCHANGED <<row, data, journal, cursor, w, t, v, ghosts>>

NextGeneration(i) == IF Is("sameGenerationAgain") THEN 1 ELSE c[i].gen + 1

\* ... then the target's is changed, which waits for transfers there ...
Steps_begin_target(i) ==
    /\ c[i].pc = "beginning"
    /\ "target" \in c[i].fresh
    /\ NobodyHolds("target")
    /\ Changed("target", [row["target"] EXCEPT !.f = c[i].f, !.gen = NextGeneration(i)],
               Only(i, [c[i] EXCEPT !.pc = "begun", !.fresh = @ \ {"target"}]))
    /\ UNCHANGED <<data, journal, cursor, w, t, v, ghosts>>

\* ... and the origin's, which waits for writes that leave no intents.
Steps_begin_origin(i) ==
    /\ c[i].pc = "begun"
    /\ "origin" \in c[i].fresh
    /\ Is("leaseBarrierAtOffToJournal") \/ NobodyHolds("origin")
    /\ Changed("origin", [Authority(row["origin"], "JOURNAL") EXCEPT !.gen = NextGeneration(i)], Only(i, Idle))
    /\ UNCHANGED <<data, journal, cursor, w, t, v, ghosts>>

\* Steps.waitForTransfers: the target's row is changed into itself, so that no transfer goes on that read the origin at OFF ...
Steps_waitForTransfers(i) ==
    /\ c[i].pc = "idle"
    /\ ~Is("noWaitBeforeFollowing")
    /\ "DUAL_WRITE" \in Stages
    /\ row["origin"].role = "AUTHORITY" /\ row["origin"].stage = "JOURNAL"
    /\ NobodyHolds("target")
    /\ Changed("target", row["target"],
               Only(i, [pc |-> "following", from |-> "origin", fresh |-> {"origin"}]))
    /\ UNCHANGED <<data, journal, cursor, w, t, v, ghosts>>

\* ... then the copy follows.
Steps_change_following(i) ==
    /\ c[i].pc = "following"
    /\ "origin" \in c[i].fresh
    /\ NobodyHolds("origin")
    /\ Changed("origin", Authority(row["origin"], "DUAL_WRITE"), Only(i, Idle))
    /\ UNCHANGED <<data, journal, cursor, w, t, v, ghosts>>

\* A row was changed by somebody else, or the budget is over.
Steps_refused(i) ==
    /\ c[i].pc \in {"beginning", "begun", "following"}
    /\ c' = [c EXCEPT ![i] = Idle]
    /\ UNCHANGED <<row, data, journal, cursor, w, t, v, ghosts>>

----------------------------------------------------------------------------
(* Flip and rollback.                                                      *)

HandsOver(s) ==
    \/ s = "origin" /\ row[s].stage = "SHADOW" /\ "LIVE" \in Stages /\ row[s].gen \in whole
    \/ s = "target" /\ row[s].stage = "LIVE" /\ "SHADOW" \in Stages

At(pc, s, fresh, r) == [pc |-> pc, from |-> s, fresh |-> fresh, f |-> r.f, gen |-> r.gen]

\* Waits for the writes in flight. The deadline may pass at any moment from now on.
Handover_close(i, s) ==
    LET closed == [row[s] EXCEPT !.role = "CLOSED", !.deadline = TRUE] IN
    /\ \/ c[i].pc = "idle" /\ ~Is("drainBeforeClose")
       \/ c[i].pc = "drainedOpen" /\ c[i].from = s
    /\ row[s].role = "AUTHORITY" /\ HandsOver(s)
    /\ row[s].f < MostHandovers
    /\ Is("noWaitForWriters") \/ NobodyHolds(s)
    /\ Changed(s, closed, Only(i, At(IF Is("drainBeforeClose") THEN "drained" ELSE "closed", s, {s}, closed)))
    /\ UNCHANGED <<data, journal, cursor, w, t, v, ghosts>>

\* The journal was seen empty once after the closing; carriers do the work.
Handover_drain(i) ==
    /\ c[i].pc = "closed"
    /\ journal[c[i].from] = {}
    /\ c' = [c EXCEPT ![i].pc = "drained"]
    /\ UNCHANGED <<row, data, journal, cursor, w, t, v, ghosts>>

Wrong_drainBeforeClose(i, s) ==
    /\ Is("drainBeforeClose")
    /\ c[i].pc = "idle"
    /\ row[s].role = "AUTHORITY" /\ HandsOver(s)
    /\ journal[s] = {}
    /\ c' = [c EXCEPT ![i] = At("drainedOpen", s, {s}, row[s])]
    /\ UNCHANGED <<row, data, journal, cursor, w, t, v, ghosts>>

NoTransferHolds(s) == Is("noWaitForTransfers") \/ NobodyHolds(s)

\* The new side's row is changed into itself, while there is a way back.
Handover_probe(i) ==
    LET to == Other(c[i].from) IN
    /\ c[i].pc = "drained"
    /\ row[to].role = "COPY" /\ row[to].f = c[i].f
    /\ NoTransferHolds(to)
    /\ Changed(to, row[to], Only(i, [c[i] EXCEPT !.pc = "probed"]))
    /\ UNCHANGED <<data, journal, cursor, w, t, v, ghosts>>

\* Whether the row is still the one that this coordinator closed.
IsMine(i) ==
    IF Is("twoCoordinatorsStaleRow")
    THEN row[c[i].from].role = "CLOSED" /\ row[c[i].from].f = c[i].f
    ELSE c[i].from \in c[i].fresh

\* The decision.
Handover_cede(i) ==
    LET s == c[i].from
        ceded == [row[s] EXCEPT !.role = "CEDED", !.f = @ + 1, !.deadline = FALSE]
    IN
    /\ ~Is("decideInNewRow")
    /\ c[i].pc = "probed"
    /\ IsMine(i)
    /\ NobodyHolds(s) \/ Is("noWaitForWriters")
    /\ Changed(s, ceded, Only(i, At("ceded", s, {s}, ceded)))
    /\ UNCHANGED <<data, journal, cursor, w, t, v, ghosts>>

AuthorityAfter(i) ==
    LET to == Other(c[i].from) IN
    [Authority([row[to] EXCEPT !.f = c[i].f, !.gen = c[i].gen], IF to = "target" THEN "LIVE" ELSE "SHADOW")
     EXCEPT !.journalled = ~(to = "target" /\ Variation \in {"noReverseIntents", "reverseIntentsAfterLive"})]

\* The new authority. Waits for transfers in flight there. Does nothing when it was done by somebody else.
Handover_takeOver(i) ==
    LET to == Other(c[i].from) IN
    /\ c[i].pc = "ceded"
    /\ IF ~Is("noHandoverNumber") /\ row[to].f >= c[i].f
       THEN /\ c' = [c EXCEPT ![i].pc = "took"]
            /\ UNCHANGED row
       ELSE /\ row[to].role = "COPY" \* or ControlException; see RowsBelongTogether
            /\ row[to].f = c[i].f - 1 \/ Is("noHandoverNumber")
            /\ NoTransferHolds(to)
            /\ Changed(to, AuthorityAfter(i), Only(i, [c[i] EXCEPT !.pc = "took"]))
    /\ UNCHANGED <<data, journal, cursor, w, t, v, ghosts>>

\* The old authority follows. Does nothing when it does already.
Handover_follow(i) ==
    LET s == c[i].from IN
    /\ c[i].pc = "took"
    /\ IF s \in c[i].fresh
       THEN /\ NobodyHolds(s) \/ Is("noWaitForWriters")
            /\ Changed(s, [row[s] EXCEPT !.role = "COPY", !.deadline = FALSE], Only(i, Idle))
       ELSE /\ c' = [c EXCEPT ![i] = Idle]
            /\ UNCHANGED row
    /\ UNCHANGED <<data, journal, cursor, w, t, v, ghosts>>

\* Handover.open after a refusal, a failure or the end of the budget: the way back, as long as the row is the one it closed.
Handover_open(i) ==
    LET s == c[i].from IN
    /\ c[i].pc \in {"closed", "drained", "probed"}
    /\ IF s \in c[i].fresh
       THEN Changed(s, Authority(row[s], row[s].stage), Only(i, Idle))
       ELSE /\ c' = [c EXCEPT ![i] = Idle]
            /\ UNCHANGED row
    /\ UNCHANGED <<data, journal, cursor, w, t, v, ghosts>>

\* By waiting writers and by whoever settles, once the deadline has passed.
Handover_openIfExpired(s) ==
    /\ ~Is("noDeadline")
    /\ row[s].role = "CLOSED" /\ row[s].deadline
    /\ Changed(s, Authority(row[s], row[s].stage), None)
    /\ UNCHANGED <<data, journal, cursor, w, t, v, ghosts>>

\* Somebody finds a side that has ceded, and goes on, perhaps much later.
Handover_settle(i, s) ==
    /\ ~Is("noSettling")
    /\ c[i].pc = "idle"
    /\ row[s].role = "CEDED"
    /\ c' = [c EXCEPT ![i] = At("ceded", s, {s}, row[s])]
    /\ UNCHANGED <<row, data, journal, cursor, w, t, v, ghosts>>

Handover_retireOrigin ==
    /\ row["target"].role = "AUTHORITY" /\ row["target"].stage = "COMPLETE"
    /\ row["origin"].role = "COPY"
    /\ NobodyHolds("origin")
    /\ Changed("origin", [row["origin"] EXCEPT !.role = "CLOSED", !.journalled = FALSE], None)
    /\ UNCHANGED <<data, journal, cursor, w, t, v, ghosts>>

Wrong_reopenAfterCede(s) ==
    /\ Is("reopenAfterCede")
    /\ row[s].role = "CEDED"
    /\ Changed(s, Authority(row[s], row[s].stage), None)
    /\ UNCHANGED <<data, journal, cursor, w, t, v, ghosts>>

\* The other row is opened while this one is believed to be closed; then this one follows.
Wrong_decideInNewRow(i) ==
    LET to == Other(c[i].from) IN
    /\ Is("decideInNewRow")
    /\ c[i].pc = "probed"
    /\ row[to].role = "COPY" /\ row[to].f = c[i].f
    /\ NobodyHolds(to)
    /\ Changed(to, [AuthorityAfter(i) EXCEPT !.f = @ + 1], Only(i, [c[i] EXCEPT !.pc = "took"]))
    /\ UNCHANGED <<data, journal, cursor, w, t, v, ghosts>>

Wrong_reverseIntentsAfterLive ==
    /\ Is("reverseIntentsAfterLive")
    /\ row["target"].role = "AUTHORITY" /\ ~row["target"].journalled
    /\ NobodyHolds("target")
    /\ Changed("target", [row["target"] EXCEPT !.journalled = TRUE], None)
    /\ UNCHANGED <<data, journal, cursor, w, t, v, ghosts>>

\* The coordinator died, or does not know the outcome of a change and stops.
Coordinator_dies(i) ==
    /\ Crashes
    /\ c[i].pc # "idle"
    /\ c' = [c EXCEPT ![i] = Idle]
    /\ UNCHANGED <<row, data, journal, cursor, w, t, v, ghosts>>

----------------------------------------------------------------------------
WriterSteps ==
    \E i \in Writers :
        \/ \E s \in Sides : WriterGate_enter(i, s) \/ Wrong_look(i, s)
        \/ Wrong_hold(i)
        \/ \E k \in Keys, present \in BOOLEAN, stamp \in {0, 1} : JdbcTransactions_commit(i, k, present, stamp)
        \/ Wrong_inform(i)
        \/ JdbcTransactions_rollBack(i)

TransferSteps(i) ==
    \/ TableCarrier_fence(i)
    \/ TableCarrier_lockStripes(i)
    \/ TableCarrier_readAuthority(i)
    \/ TableCarrier_apply(i)
    \/ Journal_remove(i)

CarrierSteps ==
    \/ \E i \in Carriers, s \in Sides, k \in Keys : Transfer_seen(i, s, k)
    \/ \E i \in Transfers : TransferSteps(i) \/ Wrong_lockIsLost(i) \/ Transfer_dies(i)

BackfillSteps ==
    \E i \in Backfills :
        Backfill_run(i) \/ BackfillCursor_nextKeys_origin(i) \/ BackfillCursor_nextKeys_target(i) \/ Backfill_end(i)

VerifierSteps ==
    \E i \in Verifiers :
        \/ \E s \in Sides, k \in Keys : TableConfirmation_confirm(i, s, k)
        \/ TableConfirmation_second(i)
        \/ TableConfirmation_third(i)

StageSteps ==
    \/ \E s \in Sides, stage \in Stages : Steps_change(s, stage)
    \/ \E i \in Coordinators : Steps_begin(i) \/ Steps_begin_target(i) \/ Steps_begin_origin(i)
                              \/ Steps_waitForTransfers(i) \/ Steps_change_following(i)
                              \/ Steps_refused(i)
    \/ Handover_retireOrigin

HandoverSteps ==
    \/ \E i \in Coordinators :
        \/ \E s \in Sides : Handover_close(i, s) \/ Handover_settle(i, s) \/ Wrong_drainBeforeClose(i, s)
        \/ Handover_drain(i)
        \/ Handover_probe(i)
        \/ Handover_cede(i)
        \/ Handover_takeOver(i)
        \/ Handover_follow(i)
        \/ Handover_open(i)
        \/ Wrong_decideInNewRow(i)
        \/ Coordinator_dies(i)
    \/ \E s \in Sides : Handover_openIfExpired(s) \/ Wrong_reopenAfterCede(s)
    \/ Wrong_reverseIntentsAfterLive

Step == WriterSteps \/ CarrierSteps \/ BackfillSteps \/ VerifierSteps \/ StageSteps \/ HandoverSteps

----------------------------------------------------------------------------
Generations == 1 .. MostGenerations

StartGeneration == IF Start = "OFF" THEN 0 ELSE 1
AtTarget == Start = "LIVE"
Copied == Start \in {"SHADOW", "LIVE"}

Init ==
    /\ row = [s \in Sides |->
                IF (s = "target") = AtTarget
                THEN Row("AUTHORITY", Start, IF AtTarget THEN 1 ELSE 0, Journalled(Start), StartGeneration, FALSE)
                ELSE Row("COPY", "OFF", IF AtTarget THEN 1 ELSE 0, FALSE, StartGeneration, FALSE)]
    /\ newest \in [Keys -> {State(0, TRUE, 0), Nothing}]
    /\ data = [s \in Sides |-> IF Copied \/ s = "origin" THEN newest ELSE [k \in Keys |-> Nothing]]
    /\ journal = [s \in Sides |-> NoIntents]
    /\ cursor = [g \in Generations |-> [pos |-> 0, done |-> Copied /\ g = 1]]
    /\ w = [i \in Writers |-> Idle]
    /\ t = [i \in Transfers |-> Idle]
    /\ v = [i \in Verifiers |-> Idle]
    /\ c = [i \in Coordinators |-> Idle]
    /\ noted = [k \in Keys |-> 0]
    /\ forgot = [k \in Keys |-> 0]
    /\ whole = IF Copied THEN {1} ELSE {}
    /\ unfenced = FALSE
    /\ alarmed = FALSE
    /\ past = [k \in Keys |-> Nothing]
    /\ ids = 0

Spec == Init /\ [][Step]_vars

\* Threads of one kind are alike.
Symmetry ==
    Permutations(Writers) \cup Permutations(Carriers) \cup Permutations(Backfills) \cup Permutations(Coordinators)

----------------------------------------------------------------------------
(* What must hold after every step.                                        *)

\* The side that has the authority, or had it last while nobody has it.
Leads(s) ==
    \/ row[s].role = "AUTHORITY"
    \/ row[s].role = "CLOSED" /\ row[s].deadline
    \/ row[s].role = "CEDED" /\ row[Other(s)].f < row[s].f

OneAuthority == ~(row["origin"].role = "AUTHORITY" /\ row["target"].role = "AUTHORITY")

EveryCommitIsFenced == ~unfenced

\* Nothing acknowledged is lost: not by a flip, a rollback or a completion.
AuthorityHasNewest == \A s \in Sides : Leads(s) => \A k \in Keys : Same(data[s][k], newest[k])

Open(s, k) == \E intent \in journal[s] : intent.k = k

ChangeIsJournalledOrCarried ==
    \A s \in Sides : Leads(s) => \A k \in Keys : Open(s, k) \/ data[Other(s)][k].n >= noted[k]

RemovedIntentIsCarried == \A s \in Sides : Leads(s) => \A k \in Keys : data[Other(s)][k].n >= forgot[k]

\* Once this generation's backfill has ended, what has no intent is the same on both sides.
Converged ==
    \A s \in Sides : Leads(s) /\ row[s].journalled /\ row[s].gen \in whole =>
        \A k \in Keys : Open(s, k) \/ Same(data["origin"][k], data["target"][k])

AtRest ==
    /\ \A i \in Writers : w[i].pc = "idle"
    /\ \A i \in Transfers : t[i].pc = "idle"

\* The same, said of the end only: the damage that no later step repairs.
EqualAtRest == AtRest => Converged

NothingBeforeJournal == row["origin"].gen = 0 => \A k \in Keys : ~data["target"][k].p

\* What has been ceded to is there, and has everything.
RowsBelongTogether ==
    \A s \in Sides : row[s].role = "CEDED" =>
        LET to == row[Other(s)] IN
        \/ to.f >= row[s].f
        \/ to.role = "COPY" /\ to.f + 1 = row[s].f /\ \A k \in Keys : Same(data[Other(s)][k], newest[k])

NoFalseAlarm == ~alarmed

\* The copy's states are a subsequence of the authority's: it takes them over as they are, and never an older one.
CopyNeverGoesBack ==
    [][\A s \in Sides : row[s].role = "COPY" => \A k \in Keys : data'[s][k].n >= data[s][k].n]_vars

----------------------------------------------------------------------------
(* What must happen at last, when whoever can act does.                    *)

\* One coordinator goes on; all the others may stop anywhere for ever. Databases end sessions whose owners have stopped.
Steady == CHOOSE i \in Coordinators : TRUE

Fairness ==
    /\ \A s \in Sides : WF_vars(Handover_openIfExpired(s))
    /\ \A s \in Sides : WF_vars(Handover_settle(Steady, s))
    /\ WF_vars(Steps_refused(Steady))
    /\ WF_vars(Handover_open(Steady))
    /\ SF_vars(Handover_takeOver(Steady))
    /\ SF_vars(Handover_follow(Steady))
    /\ \A i \in Transfers : WF_vars(TransferSteps(i))
    /\ \A i \in Writers : WF_vars(JdbcTransactions_rollBack(i) \/ \E k \in Keys, p \in BOOLEAN : JdbcTransactions_commit(i, k, p, 0))

FairSpec == Spec /\ Fairness

\* A closed side is opened again, or the authority goes over.
HandoverEnds ==
    \A s \in Sides : row[s].role = "CLOSED" /\ row[s].deadline ~> \E a \in Sides : row[a].role = "AUTHORITY"

\* After the decision the other side becomes the authority.
CededIsTakenOver == \A s \in Sides : row[s].role = "CEDED" ~> row[Other(s)].role = "AUTHORITY"
=============================================================================
