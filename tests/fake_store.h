// A store that has nothing and takes nothing: tests override what they need.
#pragma once

#include "common/store/store.h"

namespace smsweb {

class FakeStore : public Store {
 public:
  Result<void> Insert(std::span<const NewMessage>) override { return No(); }
  Result<Message> Find(const Uuid&) override { return No(); }
  Result<std::vector<Message>> List(const ListFilter&) override { return No(); }
  Result<std::vector<StateCount>> CountByState() override { return No(); }
  Result<std::vector<ModemStatus>> Modems() override { return No(); }
  Result<SpoolerTurnOutcome> RecordTurn(const SpoolerTurn&) override {
    return No();
  }
  Result<std::vector<Message>> Abandoned(LeaseToken) override { return No(); }
  Result<void> TakeOver(std::span<const std::int64_t>, LeaseToken) override {
    return No();
  }
  Result<std::optional<WallTime>> NextDue() override { return No(); }

 private:
  static std::unexpected<Error> No() {
    return Fail(ErrorKind::kUnavailable, "this store only pretends");
  }
};

}  // namespace smsweb
