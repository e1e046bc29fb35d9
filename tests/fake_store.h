// A store that has nothing and takes nothing: tests override what they need.
#pragma once

#include "common/store/store.h"

namespace smsweb {

class FakeStore : public Store {
 public:
  explicit FakeStore(ErrorKind kind = ErrorKind::kUnavailable) : kind_(kind) {}

  Result<std::vector<ChangeOutcome>> Apply(std::span<const Change>) override {
    return No();
  }
  Result<Verification> FindVerification(const Uuid&, WallTime) override {
    return No();
  }
  Result<Verification> FindVerification(const std::string&, const std::string&,
                                        WallTime) override {
    return No();
  }
  Result<std::optional<ClientKey>> FindKey(const Digest256&) override {
    return No();
  }
  Result<void> RecordKeyUse(const Digest256&, WallTime) override {
    return No();
  }
  Result<std::vector<ClientKey>> Keys() override { return No(); }
  Result<void> AddKey(const ClientKey&, const AuditEntry&) override {
    return No();
  }
  Result<std::vector<ClientKey>> RevokeKeys(const std::string&, WallTime,
                                            const AuditEntry&) override {
    return No();
  }
  Result<void> Record(const AuditEntry&) override { return No(); }
  Result<std::vector<AuditEntry>> Audit(int, std::int64_t) override {
    return No();
  }
  Result<std::vector<GuardPause>> Pauses(WallTime) override { return No(); }
  Result<void> EndPause(LimitPer, const std::string&, WallTime,
                        const AuditEntry&) override {
    return No();
  }
  Result<Batch> FindBatch(const Uuid&) override { return No(); }
  Result<CancelOutcome> Cancel(const Uuid&, WallTime) override { return No(); }
  Result<Message> Find(const Uuid&) override { return No(); }
  Result<std::vector<Message>> List(const ListFilter&) override { return No(); }
  Result<std::vector<StateCount>> CountByState() override { return No(); }
  Result<std::vector<ModemStatus>> Modems() override { return No(); }
  Result<std::int64_t> CountQueuedCodes(WallTime) override { return No(); }
  Result<std::vector<InboundMessage>> Inbox(const InboxFilter&) override {
    return No();
  }
  Result<InboundMessage> FindInbound(const Uuid&) override { return No(); }
  Result<std::optional<OptOut>> FindOptOut(const std::string&) override {
    return std::nullopt;
  }
  Result<std::vector<OptOut>> OptOuts(int, const std::string&) override {
    return No();
  }
  Result<void> AddOptOut(const OptOut&) override { return No(); }
  Result<void> RemoveOptOut(const std::string&) override { return No(); }
  Result<std::int64_t> AddRequest(const ModemRequest&) override { return No(); }
  Result<ModemRequest> FindRequest(std::int64_t) override { return No(); }
  Result<void> RemoveRequest(std::int64_t) override { return No(); }
  Result<std::vector<Message>> AwaitingReport(const std::string&, int,
                                              WallTime) override {
    return No();
  }
  Result<std::vector<StoredReport>> UnmatchedReports(const std::string&, int,
                                                     WallTime) override {
    return No();
  }
  Result<std::vector<SimUsage>> Usage() override { return No(); }
  Result<bool> SimKnows(const SimMonth&, const std::string&) override {
    return No();
  }
  Result<std::vector<ModemRequest>> Requests() override { return No(); }
  Result<std::vector<OutboxReceiver>> OutboxReceivers() override {
    return No();
  }
  Result<std::vector<OutboxItem>> Outbox(const std::string&, int) override {
    return No();
  }
  Result<InboundMessage> FindInbound(std::int64_t) override { return No(); }
  Result<void> RecordTries(std::span<const OutboxTry>) override { return No(); }
  Result<std::int64_t> DropOutbox(const std::string&, WallTime) override {
    return No();
  }
  Result<SpoolerTurnOutcome> RecordTurn(const SpoolerTurn&) override {
    return No();
  }
  Result<std::vector<Message>> Abandoned(LeaseToken, WallTime) override {
    return No();
  }
  Result<std::vector<Message>> TakeOver(LeaseToken, LeaseToken,
                                        WallTime) override {
    return No();
  }
  Result<std::optional<WallTime>> NextDue(WallTime) override { return No(); }
  Result<std::vector<std::string>> QueuedLanes() override { return No(); }
  Result<UpkeepOutcome> Upkeep(const UpkeepStep&) override { return No(); }
  Result<SpaceOutcome> GiveBackSpace(bool) override { return No(); }

 private:
  std::unexpected<Error> No() const {
    return Fail(kind_, "this store only pretends");
  }

  const ErrorKind kind_;
};

}  // namespace smsweb
