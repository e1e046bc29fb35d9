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
  Result<std::vector<std::size_t>> Insert(
      std::span<const NewMessage> messages) override {
    begun.release();
    gate.acquire();
    groups.push_back(messages.size());
    if (failure) return std::unexpected(*failure);
    if (poison && messages.size() > 1) {
      return Fail(ErrorKind::kInternal, "one of them is poison");
    }
    if (poison && messages[0].text == "poison") {
      return Fail(ErrorKind::kInternal, "poison");
    }
    std::vector<std::size_t> opted_out;
    for (std::size_t i = 0; i < messages.size(); ++i) {
      if (messages[i].text == "unwanted") opted_out.push_back(i);
    }
    return opted_out;
  }

  std::counting_semaphore<> begun{0};
  std::counting_semaphore<> gate{0};
  std::vector<std::size_t> groups;
  std::optional<Error> failure;
  bool poison = false;
};

TEST_CASE("What comes while the disk works is committed together") {
  GatedStore store;
  std::counting_semaphore<> done(0);
  std::vector<PendingInsert> inserts(10);
  {
    Committer committer(store, 100,
                        [&](const std::vector<PendingInsert*>& group) {
                          for (auto* insert : group) {
                            if (insert->stored) done.release();
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
  std::vector<PendingInsert> inserts(4);
  int stored = 0;
  {
    Committer committer(store, 2,
                        [&](const std::vector<PendingInsert*>& group) {
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
  std::vector<PendingInsert> inserts(3);
  int stored = 0;
  {
    Committer committer(store, 10,
                        [&](const std::vector<PendingInsert*>& group) {
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
  PendingInsert insert;
  {
    Committer committer(store, 10, [](const auto&) {});
    REQUIRE(committer.Submit(&insert));
  }
  REQUIRE_FALSE(insert.stored.has_value());
  CHECK(insert.stored.error().message == "disk is full");
  CHECK(store.groups.size() == 1);
}

TEST_CASE("A message that its recipient does not want is refused alone") {
  GatedStore store;
  std::vector<PendingInsert> inserts(3);
  inserts[1].message.text = "unwanted";
  PendingInsert first;
  {
    Committer committer(store, 10, [](const auto&) {});
    REQUIRE(committer.Submit(&first));
    store.begun.acquire();
    for (auto& insert : inserts) REQUIRE(committer.Submit(&insert));
    store.gate.release(10);
  }
  CHECK(store.groups.back() == 3);
  CHECK(inserts[0].stored.has_value());
  REQUIRE_FALSE(inserts[1].stored.has_value());
  CHECK(inserts[1].stored.error().kind == ErrorKind::kConflict);
  CHECK(inserts[2].stored.has_value());
}

TEST_CASE("One message that can't be stored does not cost the others theirs") {
  GatedStore store;
  store.poison = true;
  std::vector<PendingInsert> inserts(3);
  inserts[1].message.text = "poison";
  PendingInsert first;
  {
    Committer committer(store, 10, [](const auto&) {});
    REQUIRE(committer.Submit(&first));
    store.begun.acquire();
    for (auto& insert : inserts) REQUIRE(committer.Submit(&insert));
    store.gate.release(10);
  }
  CHECK(inserts[0].stored.has_value());
  CHECK_FALSE(inserts[1].stored.has_value());
  CHECK(inserts[2].stored.has_value());
}

}  // namespace
}  // namespace smsweb
