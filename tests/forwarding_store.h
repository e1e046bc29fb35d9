// Passes everything on to another store: tests override what they need.
#pragma once

#include "common/store/store.h"

namespace smsweb {

class ForwardingStore : public Store {
 public:
  explicit ForwardingStore(Store& inner) : inner_(inner) {}

  Result<std::vector<ChangeOutcome>> Apply(
      std::span<const Change> changes) override {
    return inner_.Apply(changes);
  }
  Result<Verification> FindVerification(const Uuid& id,
                                        WallTime now) override {
    return inner_.FindVerification(id, now);
  }
  Result<Verification> FindVerification(const std::string& client,
                                        const std::string& recipient,
                                        WallTime now) override {
    return inner_.FindVerification(client, recipient, now);
  }
  Result<std::optional<ClientKey>> FindKey(const Digest256& digest) override {
    return inner_.FindKey(digest);
  }
  Result<void> RecordKeyUse(const Digest256& digest, WallTime now) override {
    return inner_.RecordKeyUse(digest, now);
  }
  Result<std::vector<ClientKey>> Keys() override { return inner_.Keys(); }
  Result<void> AddKey(const ClientKey& key, const AuditEntry& audit) override {
    return inner_.AddKey(key, audit);
  }
  Result<std::vector<ClientKey>> RevokeKeys(const std::string& client_or_id,
                                            WallTime now,
                                            const AuditEntry& audit) override {
    return inner_.RevokeKeys(client_or_id, now, audit);
  }
  Result<void> Record(const AuditEntry& entry) override {
    return inner_.Record(entry);
  }
  Result<std::vector<AuditEntry>> Audit(int limit,
                                        std::int64_t before) override {
    return inner_.Audit(limit, before);
  }
  Result<std::vector<GuardPause>> Pauses(WallTime now) override {
    return inner_.Pauses(now);
  }
  Result<void> EndPause(LimitPer per, const std::string& key, WallTime now,
                        const AuditEntry& audit) override {
    return inner_.EndPause(per, key, now, audit);
  }
  Result<Batch> FindBatch(const Uuid& id) override {
    return inner_.FindBatch(id);
  }
  Result<CancelOutcome> Cancel(const Uuid& id, WallTime now) override {
    return inner_.Cancel(id, now);
  }
  Result<Message> Find(const Uuid& id) override { return inner_.Find(id); }
  Result<std::vector<Message>> List(const ListFilter& filter) override {
    return inner_.List(filter);
  }
  Result<std::vector<StateCount>> CountByState() override {
    return inner_.CountByState();
  }
  Result<std::vector<ModemStatus>> Modems() override { return inner_.Modems(); }
  Result<std::int64_t> CountQueuedCodes(WallTime now) override {
    return inner_.CountQueuedCodes(now);
  }
  Result<std::vector<InboundMessage>> Inbox(
      const InboxFilter& filter) override {
    return inner_.Inbox(filter);
  }
  Result<InboundMessage> FindInbound(const Uuid& id) override {
    return inner_.FindInbound(id);
  }
  Result<std::optional<OptOut>> FindOptOut(const std::string& number) override {
    return inner_.FindOptOut(number);
  }
  Result<std::vector<OptOut>> OptOuts(int limit,
                                      const std::string& after) override {
    return inner_.OptOuts(limit, after);
  }
  Result<void> AddOptOut(const OptOut& opt_out) override {
    return inner_.AddOptOut(opt_out);
  }
  Result<void> RemoveOptOut(const std::string& number) override {
    return inner_.RemoveOptOut(number);
  }
  Result<std::int64_t> AddRequest(const ModemRequest& request) override {
    return inner_.AddRequest(request);
  }
  Result<ModemRequest> FindRequest(std::int64_t sequence) override {
    return inner_.FindRequest(sequence);
  }
  Result<void> RemoveRequest(std::int64_t sequence) override {
    return inner_.RemoveRequest(sequence);
  }
  Result<std::vector<Message>> AwaitingReport(const std::string& sim,
                                              int reference,
                                              WallTime since) override {
    return inner_.AwaitingReport(sim, reference, since);
  }
  Result<std::vector<StoredReport>> UnmatchedReports(const std::string& sim,
                                                     int reference,
                                                     WallTime since) override {
    return inner_.UnmatchedReports(sim, reference, since);
  }
  Result<std::vector<SimUsage>> Usage() override { return inner_.Usage(); }
  Result<bool> SimKnows(const SimMonth& month,
                        const std::string& recipient) override {
    return inner_.SimKnows(month, recipient);
  }
  Result<std::vector<ModemRequest>> Requests() override {
    return inner_.Requests();
  }
  Result<std::vector<OutboxReceiver>> OutboxReceivers() override {
    return inner_.OutboxReceivers();
  }
  Result<std::vector<OutboxItem>> Outbox(const std::string& receiver,
                                         int limit) override {
    return inner_.Outbox(receiver, limit);
  }
  Result<InboundMessage> FindInbound(std::int64_t sequence) override {
    return inner_.FindInbound(sequence);
  }
  Result<void> RecordTries(std::span<const OutboxTry> tries) override {
    return inner_.RecordTries(tries);
  }
  Result<std::int64_t> DropOutbox(const std::string& receiver,
                                  WallTime due_before) override {
    return inner_.DropOutbox(receiver, due_before);
  }
  Result<SpoolerTurnOutcome> RecordTurn(const SpoolerTurn& turn) override {
    return inner_.RecordTurn(turn);
  }
  Result<std::vector<Message>> Abandoned(LeaseToken token,
                                         WallTime now) override {
    return inner_.Abandoned(token, now);
  }
  Result<std::vector<Message>> TakeOver(LeaseToken token, LeaseToken except,
                                        WallTime now) override {
    return inner_.TakeOver(token, except, now);
  }
  Result<std::optional<WallTime>> NextDue(WallTime now) override {
    return inner_.NextDue(now);
  }
  Result<std::vector<std::string>> QueuedLanes() override {
    return inner_.QueuedLanes();
  }
  Result<UpkeepOutcome> Upkeep(const UpkeepStep& step) override {
    return inner_.Upkeep(step);
  }
  Result<SpaceOutcome> GiveBackSpace(bool empty_log) override {
    return inner_.GiveBackSpace(empty_log);
  }

 private:
  Store& inner_;
};

}  // namespace smsweb
