"""All that can happen when a trader dies: what leads from a state to which others."""
from takeover_rules import (
    BOUGHT, BUYERS, FAILED, LEFT, LIVE, PROMISED, REFUSED, TAKING, TO_BACKUP, TO_EITHER, TO_LEAVE,
    TO_NONE, UNKNOWN, VIEWS, Backup, Primary, State, Warehouse, put,
)


class Model:
    """One variant, perhaps without a rule; steps() and start() are what there is to know of it."""

    def __init__(self, mode="cached", without=None, views=VIEWS, losses=0, buyers=BUYERS):
        self.escrow = mode == "escrow"
        self.without = without
        self.views = views
        self.losses = losses
        self.buyers = buyers
        # An epoch that is over counts for nothing, unless a rule that says so is left out.
        self.fences = without not in ("fence", "taker_fence")

    def kept(self, rule):
        return rule != self.without

    def start(self):
        """Trader 1 has joined and trader 2 is its backup, with a copy that is empty as yet."""
        places = (None,) * (self.views + 2)
        none_acked = (-1,) * (self.views + 2)
        return State(Warehouse(1, 1, LIVE, True, 0, 0, (UNKNOWN,) * self.buyers, 0,
                               int(self.escrow)),
                     Primary(True, 1, 1, True, "", "", (), 0, (), self.escrow, 0, 1),
                     Backup(1, 0, False, 0, False, 0, 1),
                     put(places, 1, ()), put(none_acked, 1, 0), (0,) * self.buyers, 0)

    # Each of the following yields (what happens, the next state).

    def steps(self, state):
        for source in (self.request_steps, self.tell_steps, self.claim_steps,
                       self.holder_steps, self.join_steps, self.copy_steps, self.takeover_steps,
                       self.backup_faults, self.warehouse_views, self.settle_steps,
                       self.decide_steps):
            for what, after in source(state):
                yield what, self.forget_dead(after) if self.fences else after

    @staticmethod
    def asked(state, buyer):
        """Yields the epochs of trader 1 that the buyer's request may name, each with the state in
        which it does. A request makes no difference before somebody acts upon it, and is chosen
        then. The buyers are alike, so the first of them is acted upon first."""
        if state.first[buyer]:
            yield state.first[buyer], state
        elif buyer == 0 or state.first[buyer - 1]:
            for epoch in range(1, state.warehouse.epoch + 1):
                yield epoch, state._replace(first=put(state.first, buyer, epoch))

    def sent_by(self, primary, state):
        """What trader 1 has sent to trader 2 when it is in this state: it sends all at once, to
        its backup for the present view, else to the candidate for the next one. What is for
        another life of trader 2's journal than the present one is refused, so not kept."""
        view = primary.view if primary.backed else primary.view + 1
        if self.kept("holder") and primary.holder != state.backup.life:
            return state.sent
        return put(state.sent, view, primary.log)

    def request_steps(self, state):
        """Trader 1 takes a request: promises, or passes it to the warehouse."""
        primary = state.primary
        if not primary.up:
            return
        for buyer in range(self.buyers):
            if buyer in primary.log:
                continue
            for epoch, asked in self.asked(state, buyer):
                if self.may_decide(primary, buyer, epoch):
                    after = primary._replace(log=primary.log + (buyer,))
                    yield (f"trader 1 promises buyer {buyer + 1}'s order of epoch {epoch}",
                           asked._replace(primary=after, sent=self.sent_by(after, state)))
                # Passed in an epoch that is over, it would be refused.
                if not primary.passed >> buyer & 1 and (primary.epoch == state.warehouse.epoch
                                                        or not self.fences):
                    after = primary._replace(passed=primary.passed | 1 << buyer)
                    yield (f"trader 1 passes buyer {buyer + 1}'s order of epoch {epoch}",
                           asked._replace(primary=after))

    def tell_steps(self, state):
        """Trader 1 tells its promises. That a write is in its journal is chosen no sooner: it may
        be there, or on its way, as long as nothing follows from it."""
        primary = state.primary
        if not primary.up:
            return
        for write, buyer in enumerate(primary.log, 1):
            settled = state.warehouse.ledger[buyer] == PROMISED
            if not settled and not state.told >> buyer & 1 and self.may_tell(state, write):
                rule = "recorded_backed" if primary.backed else "recorded"
                recorded = max(primary.recorded, write) if self.kept(rule) else primary.recorded
                yield (f"trader 1 tells buyer {buyer + 1}",
                       state._replace(told=state.told | 1 << buyer,
                                      primary=primary._replace(recorded=recorded)))

    def may_decide(self, primary, buyer, first):
        if primary.claim == TO_LEAVE:
            return False
        if primary.passed >> buyer & 1 and self.kept("highest"):
            return False
        if first != primary.epoch and self.kept("first_epoch"):
            return False
        return not self.escrow or (primary.unit and not primary.log)

    def may_tell(self, state, write):
        primary = state.primary
        if primary.backed:
            return (not self.kept("acked") or state.acks[primary.view] >= write
                    or (primary.claim == TO_NONE and not self.kept("cas_claim")))
        if primary.claim in (TO_BACKUP, TO_EITHER) and self.kept("hold"):
            return state.acks[primary.view + 1] >= write
        return True

    def claim_steps(self, state):
        """Trader 1 asks for another view of itself, and hears that it has it."""
        warehouse, primary = state.warehouse, state.primary
        if not primary.up:
            return
        if primary.granted:
            yield (f"trader 1 hears that it is granted {primary.granted}",
                   self.hear_grant(state, primary.granted))
        # From a view that is over it would be in vain, and would only keep trader 1 from telling.
        if (primary.epoch, primary.view) != (warehouse.epoch, warehouse.view):
            return
        if primary.claim:
            if primary.claim == TO_BACKUP:
                yield ("trader 1 gives up the backup that it claims, claims none",
                       state._replace(primary=primary._replace(claim=TO_EITHER)))
            return
        wants = [TO_NONE]  # Without a backup, too: the next copy is for another view.
        if not primary.backed and self.may_claim(state):
            wants.append(TO_BACKUP)
        if warehouse.applied >= len(primary.log) or not self.kept("leave_settled"):
            wants.append(TO_LEAVE)
        for claim in wants:
            yield (f"trader 1 claims {claim}",
                   state._replace(primary=primary._replace(claim=claim)))

    def may_claim(self, state):
        acked = state.acks[state.primary.view + 1]
        return acked >= 0 and (not self.kept("caught_up") or all(
            write <= max(acked, state.warehouse.applied) or not state.told >> buyer & 1
            for write, buyer in enumerate(state.primary.log, 1)))

    def hear_grant(self, state, granted):
        after = state.primary._replace(view=state.primary.view + 1, backed=granted == TO_BACKUP,
                                       claim="", granted="")
        if granted == TO_LEAVE:
            return state._replace(primary=after._replace(up=False))
        if granted == TO_NONE:
            after = after._replace(holder=self.first_holder(state))
        return state._replace(primary=after, sent=self.sent_by(after, state))

    def first_holder(self, state):
        """The life of trader 2's journal that trader 1 knows when it begins a copy. It has to hear
        of it, but at once where no other can follow: what it sends may come late anyway."""
        return state.backup.life if state.backup.life > self.losses else 0

    def holder_steps(self, state):
        """Trader 1 hears, in answer to what it sends, which life of its journal trader 2 is in.
        When it is not the one that it knew, it may claim no backup, as it may at any time."""
        primary, life = state.primary, state.backup.life
        if not primary.up or primary.backed or primary.claim or not self.kept("holder"):
            return
        after = primary._replace(holder=life)
        if not primary.holder:
            yield ("trader 1 hears which journal trader 2 has",
                   state._replace(primary=after, sent=self.sent_by(after, state)))
        elif primary.holder != life and not self.kept("new_copy"):
            yield ("trader 1 hears that trader 2 has another journal",
                   state._replace(primary=after, sent=self.sent_by(after, state),
                                  acks=put(state.acks, after.view + 1, -1)))

    def join_steps(self, state):
        """Trader 1 crashes, or hears that it was taken over; it returns, and joins."""
        warehouse, primary = state.warehouse, state.primary
        if primary.up:
            yield ("trader 1 crashes, or hears that it was taken over",
                   state._replace(primary=primary._replace(up=False)))
        elif warehouse.view < self.views:
            yield from self.joins(state)

    def joins(self, state):
        warehouse, primary = state.warehouse, state.primary
        fresh = warehouse.state in (FAILED, LEFT)
        changed = warehouse._replace(epoch=warehouse.epoch + 1)
        if fresh or self.kept("resume_view"):
            changed = changed._replace(view=warehouse.view + 1, state=LIVE, backup=False,
                                       applied=0 if fresh else warehouse.applied)
        after = primary._replace(up=True, epoch=changed.epoch, view=changed.view, backed=False,
                                 claim="", granted="", passed=0,
                                 holder=self.first_holder(state))
        for log in self.logs_left(state, fresh):
            what = "trader 1 resumes with its journal" + (
                f", without its last {len(primary.log) - len(log)}" if log != primary.log else "")
            joined = after._replace(log=log, recorded=len(log))
            if fresh:
                what = "trader 1 joins as new"
                joined = joined._replace(unit=False, void=primary.log)
            yield what, state._replace(warehouse=changed, primary=joined,
                                       sent=self.sent_by(joined, state))

    def logs_left(self, state, fresh):
        """Yields the writes that trader 1 may go on with after a crash: those that were in its
        journal for certain, and as many of the others as had reached the disk. What the warehouse
        has counted beyond them is settled, and no other write gets its number."""
        log, least = state.primary.log, state.primary.recorded
        if fresh and self.kept("discard"):
            log, least = (), 0
        elif self.kept("numbered"):
            least = max(least, state.warehouse.applied)
        for count in range(least, len(log) + 1):
            yield log[:count]

    def copy_steps(self, state):
        """Trader 2 begins a copy, or takes the next write into it, and acknowledges."""
        backup = state.backup
        for view, writes in enumerate(state.sent):
            if writes is None or view < backup.view:
                continue
            if view > backup.view:
                held = min(state.warehouse.applied, len(writes))
                after = backup._replace(view=view, held=held, sealed=False, granted=False)
                what = f"trader 2 begins a copy for view {view}"
            elif backup.held < len(writes) and not (backup.sealed and self.kept("seal")):
                after = backup._replace(held=backup.held + 1)
                what = f"trader 2 copies write {after.held} for view {view}"
            else:
                continue
            acks = put(state.acks, view, max(state.acks[view], after.held))
            yield what, state._replace(backup=after, acks=acks)

    def takeover_steps(self, state):
        """Trader 2 suspects trader 1, asks to take over, hears that it may, reports the end."""
        warehouse, backup = state.warehouse, state.backup
        if not backup.view:
            return
        if not backup.sealed and (self.kept("seal") or backup.asked != backup.view):
            yield ("trader 2 suspects trader 1, seals the copy, asks to take over",
                   state._replace(backup=backup._replace(sealed=self.kept("seal"),
                                                         asked=backup.view)))
        if warehouse.state != TAKING or (backup.view != warehouse.view - 1
                                         and self.kept("cas_view")):
            return
        if not backup.granted:
            yield ("trader 2 hears that it may take over",
                   state._replace(backup=backup._replace(granted=True)))
        elif backup.done != warehouse.view and (warehouse.applied >= backup.held
                                                or not self.kept("wait_settled")):
            yield ("trader 2 reports that all is settled",
                   state._replace(backup=backup._replace(done=warehouse.view)))

    def backup_faults(self, state):
        """Trader 2 crashes and returns: what is in its journal it still has."""
        backup = state.backup
        after = backup._replace(granted=False)
        if not self.kept("durable_seal"):
            after = after._replace(sealed=False)
        if not self.kept("durable_copy"):
            after = after._replace(held=max(0, backup.held - 1))
        if after != backup:
            yield "trader 2 crashes and restarts", state._replace(backup=after)
        if backup.life <= self.losses:
            after = backup._replace(life=backup.life + 1, view=0, held=0, sealed=False,
                                    granted=False)
            sent = (None,) * len(state.sent) if self.kept("holder") else state.sent
            yield ("trader 2 loses its journal and restarts",
                   state._replace(backup=after, sent=sent))

    def warehouse_views(self, state):
        """The warehouse changes the view, by compare-and-swap."""
        warehouse, primary, backup = state.warehouse, state.primary, state.backup
        if warehouse.state == TAKING and backup.done and (backup.done == warehouse.view
                                                          or not self.kept("complete_view")):
            yield ("the warehouse completes the takeover", state._replace(
                warehouse=self.unit_back(warehouse)._replace(
                    state=FAILED, view=warehouse.view + 1, closed=warehouse.epoch + 1)))
        if warehouse.state != LIVE or warehouse.view >= self.views:
            return
        if primary.claim and not primary.granted and \
           (primary.epoch, primary.view) == (warehouse.epoch, warehouse.view):
            either = (TO_BACKUP, TO_NONE)
            for claim in either if primary.claim == TO_EITHER else (primary.claim,):
                yield f"the warehouse grants {claim}", self.grant(state, claim)
        if warehouse.backup and backup.asked and (backup.asked == warehouse.view
                                                  or not self.kept("cas_view")):
            yield ("the warehouse grants the takeover", state._replace(warehouse=warehouse._replace(
                epoch=warehouse.epoch + 1, view=warehouse.view + 1, state=TAKING, backup=False)))

    def grant(self, state, claim):
        changed = state.warehouse._replace(view=state.warehouse.view + 1,
                                           backup=claim == TO_BACKUP)
        if claim == TO_LEAVE:
            changed = self.unit_back(changed)._replace(state=LEFT, closed=changed.epoch + 1)
        return state._replace(warehouse=changed, primary=state.primary._replace(granted=claim))

    @staticmethod
    def unit_back(warehouse):
        return warehouse._replace(available=warehouse.available + warehouse.leased, leased=0)

    def settle_steps(self, state):
        """The warehouse takes a write behind."""
        warehouse, primary, backup = state.warehouse, state.primary, state.backup
        current = primary.epoch == warehouse.epoch and warehouse.state == LIVE
        if (current or not self.kept("fence")) and warehouse.applied < len(primary.log):
            yield "trader 1's next write is settled", self.settle(
                state, primary.log[warehouse.applied])
        if not self.kept("fence"):
            for buyer in primary.void:
                yield "a write of trader 1 that is void is settled", self.settle(state, buyer)
        if not backup.granted:
            return
        if warehouse.state == TAKING and warehouse.applied < backup.held:
            yield "trader 2 settles the next write", self.settle(
                state, state.sent[backup.view][warehouse.applied])
        if warehouse.state == LIVE and not self.kept("taker_fence"):
            for buyer in state.sent[backup.view][:backup.held]:
                yield "trader 2 settles a write after the restart", self.settle(state, buyer)

    def decide_steps(self, state):
        """The warehouse decides an order that was passed to it."""
        warehouse, primary = state.warehouse, state.primary
        current = primary.epoch == warehouse.epoch and warehouse.state == LIVE
        for buyer in range(self.buyers):
            if warehouse.ledger[buyer] != UNKNOWN:
                continue
            if primary.passed >> buyer & 1 and (current or not self.kept("fence")):
                yield (f"the warehouse decides buyer {buyer + 1}'s order, for trader 1",
                       self.decide(state, buyer))
            for epoch, asked in self.asked(state, buyer):
                if warehouse.closed > epoch or not self.kept("closed"):
                    yield (f"the warehouse decides buyer {buyer + 1}'s order of epoch {epoch}, "
                           "for trader 2", self.decide(asked, buyer))

    def settle(self, state, buyer):
        """A write behind comes in: entered unless the order is known, counted in any case."""
        warehouse = state.warehouse
        changed = warehouse._replace(applied=warehouse.applied + 1)
        if warehouse.ledger[buyer] == UNKNOWN:
            changed = changed._replace(ledger=put(warehouse.ledger, buyer, PROMISED),
                                       leased=warehouse.leased - int(self.escrow))
        return state._replace(warehouse=changed)

    def decide(self, state, buyer):
        warehouse = state.warehouse
        bought = not self.escrow or warehouse.available > 0
        return state._replace(warehouse=warehouse._replace(
            ledger=put(warehouse.ledger, buyer, BOUGHT if bought else REFUSED),
            available=warehouse.available - int(self.escrow and bought)))

    # What makes no difference any more.

    def forget_dead(self, state):
        """The state without what can have no effect, so that states which differ in it are one."""
        warehouse, primary, backup, sent, acks, first, told = state
        view = warehouse.view
        taken = view - 1 if warehouse.state == TAKING else view  # the copy that counts
        if backup.view and backup.view < taken:
            backup = backup._replace(view=0, held=0, sealed=False, granted=False)
        if backup.asked and backup.asked < taken and self.kept("cas_view"):
            backup = backup._replace(asked=0)
        if backup.done and backup.done != view and self.kept("complete_view"):
            backup = backup._replace(done=0)
        if primary.void:
            primary = primary._replace(void=())
        if primary.recorded < warehouse.applied and self.kept("numbered"):
            primary = primary._replace(recorded=min(warehouse.applied, len(primary.log)))
        if not primary.up:
            if primary.epoch != warehouse.epoch:
                primary = primary._replace(epoch=0, passed=0)
            if primary.view != view or primary.epoch != warehouse.epoch or primary.granted:
                primary = primary._replace(view=0, backed=False, claim="", granted="")
            primary = primary._replace(holder=0)
        sent = tuple(s if v >= taken else None for v, s in enumerate(sent))
        listens = (0 if not primary.up else
                   primary.view if primary.backed else primary.view + 1)
        acks = tuple(a if v == listens else -1 for v, a in enumerate(acks))
        for buyer in range(self.buyers):
            if warehouse.ledger[buyer] != UNKNOWN and first[buyer] < primary.epoch:
                first = put(first, buyer, 1)
            if warehouse.ledger[buyer] == PROMISED:
                told &= ~(1 << buyer)
        return State(warehouse, primary, backup, sent, acks, first, told)
