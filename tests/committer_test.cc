// Group commit: many waiting messages, one transaction.
#include "cgi/committer.h"

#include <semaphore>

#include "catch.h"
#include "fake_store.h"

namespace smsweb {
namespace {

// Holds each insert back until it is let through.
class GatedStore final : public FakeStore {
 public:
  Result<std::vector<ChangeOutcome>> Apply(
      std::span<const Change> changes) override {
    std::vector<const Intake*> intakes;
    for (const Change& change : changes) {
      intakes.push_back(std::get<const Intake*>(change));
    }
    begun.release();
    gate.acquire();
    groups.push_back(intakes.size());
    if (failure) return std::unexpected(*failure);
    const auto is_poison = [](const Intake* intake) {
      return !intake->messages.empty() && intake->messages[0].text == "poison";
    };
    if (poison && (intakes.size() > 1 || is_poison(intakes[0]))) {
      return Fail(ErrorKind::kInternal, "one of them is poison");
    }
    std::vector<IntakeOutcome> outcomes(intakes.size());
    for (std::size_t i = 0; i < intakes.size(); ++i) {
      if (intakes[i]->messages.empty()) continue;
      if (intakes[i]->messages[0].text == "unwanted") {
        outcomes[i].opted_out.push_back(0);
      }
    }
    return std::vector<ChangeOutcome>(outcomes.begin(), outcomes.end());
  }

  std::counting_semaphore<> begun{0};
  std::counting_semaphore<> gate{0};
  std::vector<std::size_t> groups;
  std::optional<Error> failure;
  bool poison = false;
};

Intake IntakeOf(std::string text) {
  Intake intake;
  intake.messages.resize(1);
  intake.messages[0].text = std::move(text);
  return intake;
}

TEST_CASE("What comes while the disk works is committed together") {
  GatedStore store;
  std::counting_semaphore<> done(0);
  std::vector<PendingChange> inserts(10);
  {
    Committer committer(store, 100,
                        [&](const std::vector<PendingChange*>& group) {
                          for (auto* insert : group) {
                            if (insert->outcome) done.release();
                          }
                        });
    REQUIRE(committer.Submit(&inserts[0]));
    store.begun.acquire();  // the first is with the disk
    for (int i = 1; i < 10; ++i) REQUIRE(committer.Submit(&inserts[i]));
    store.gate.release(2);
    for (int i = 0; i < 10; ++i) done.acquire();
  }
  CHECK(store.groups == std::vector<std::size_t>{1, 9});
}

TEST_CASE("When too many wait, the next is not taken") {
  GatedStore store;
  std::vector<PendingChange> inserts(4);
  int stored = 0;
  {
    Committer committer(store, 2,
                        [&](const std::vector<PendingChange*>& group) {
                          stored += static_cast<int>(group.size());
                        });
    REQUIRE(committer.Submit(&inserts[0]));
    store.begun.acquire();
    CHECK(committer.Submit(&inserts[1]));
    CHECK(committer.Submit(&inserts[2]));
    CHECK_FALSE(committer.Submit(&inserts[3]));
    store.gate.release(2);
  }
  CHECK(stored == 3);
}

TEST_CASE("Ending commits what waits") {
  GatedStore store;
  store.gate.release(10);
  std::vector<PendingChange> inserts(3);
  int stored = 0;
  {
    Committer committer(store, 10,
                        [&](const std::vector<PendingChange*>& group) {
                          stored += static_cast<int>(group.size());
                        });
    for (auto& insert : inserts) REQUIRE(committer.Submit(&insert));
  }
  CHECK(stored == 3);
}

TEST_CASE("A failing store fails the whole group, once") {
  GatedStore store;
  store.failure = Error{ErrorKind::kUnavailable, "disk is full"};
  store.gate.release(10);
  PendingChange insert;
  {
    Committer committer(store, 10, [](const auto&) {});
    REQUIRE(committer.Submit(&insert));
  }
  REQUIRE_FALSE(insert.outcome.has_value());
  CHECK(insert.outcome.error().message == "disk is full");
  CHECK(store.groups.size() == 1);
}

TEST_CASE("A message that its recipient does not want is refused alone") {
  GatedStore store;
  std::vector<PendingChange> inserts(3);
  inserts[1].work = IntakeOf("unwanted");
  PendingChange first;
  {
    Committer committer(store, 10, [](const auto&) {});
    REQUIRE(committer.Submit(&first));
    store.begun.acquire();
    for (auto& insert : inserts) REQUIRE(committer.Submit(&insert));
    store.gate.release(10);
  }
  CHECK(store.groups.back() == 3);
  CHECK(inserts[0].outcome.has_value());
  REQUIRE(inserts[1].outcome.has_value());
  CHECK(std::get<IntakeOutcome>(*inserts[1].outcome).opted_out.size() == 1);
  CHECK(inserts[2].outcome.has_value());
}

TEST_CASE("One message that can't be stored does not cost the others theirs") {
  GatedStore store;
  store.poison = true;
  std::vector<PendingChange> inserts(3);
  inserts[1].work = IntakeOf("poison");
  PendingChange first;
  {
    Committer committer(store, 10, [](const auto&) {});
    REQUIRE(committer.Submit(&first));
    store.begun.acquire();
    for (auto& insert : inserts) REQUIRE(committer.Submit(&insert));
    store.gate.release(10);
  }
  CHECK(inserts[0].outcome.has_value());
  CHECK_FALSE(inserts[1].outcome.has_value());
  CHECK(inserts[2].outcome.has_value());
}

}  // namespace
}  // namespace smsweb
