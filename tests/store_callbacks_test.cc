// What every store must do with the ends of messages that somebody wants to be
// told of (store_contract.h).
#include <nlohmann/json.hpp>

#include "store_contract.h"

namespace smsweb {
namespace {

using Json = nlohmann::json;

constexpr const char* kUrl = "https://app.example.com/hooks/sms?token=1";
constexpr const char* kReceiver = "https://app.example.com:443";

NewMessage WithCallback(int n, const std::string& url = kUrl) {
  NewMessage message = MakeMessage(n);
  message.callback_url = url;
  return message;
}

std::vector<OutboxItem> Outbox(Store& store,
                               const std::string& receiver = kReceiver) {
  const auto items = store.Outbox(receiver, 1'000);
  REQUIRE(items.has_value());
  return *items;
}

// "message.sent, message.delivered, "
std::string Told(Store& store) {
  std::string types;
  for (const OutboxItem& item : Outbox(store)) {
    types += Json::parse(item.body)["type"].get<std::string>() + ", ";
  }
  return types;
}

std::int64_t Lease(Store& store, const NewMessage& message) {
  Insert(store, message);
  return Lease(store, 1).at(0).sequence;
}

SpoolerTurnOutcome Change(Store& store, std::int64_t sequence, MessageState to,
                          WallTime at = kNow) {
  SpoolerTurn turn = Turn(0, at);
  turn.changes = {{.sequence = sequence,
                   .to = to,
                   .modem = "a",
                   .error = to == kFailed ? "refused" : "",
                   .at = at}};
  const auto outcome = store.RecordTurn(turn);
  REQUIRE(outcome.has_value());
  return *outcome;
}

// One part that the network took.
SpoolerTurn Accepted(std::int64_t sequence, bool awaits_report) {
  SpoolerTurn turn = Turn(0);
  turn.results = {{.sequence = sequence,
                   .number = 1,
                   .state = PartState::kAccepted,
                   .message_reference = 7,
                   .at = kNow,
                   .awaits_report = awaits_report}};
  turn.changes = {{.sequence = sequence, .to = kSent, .at = kNow}};
  return turn;
}

void Intend(Store& store, std::int64_t sequence) {
  SpoolerTurn turn = Turn(0);
  turn.intents = {{sequence, 1, "a", kNow, "sim"}};
  REQUIRE(store.RecordTurn(turn)->refused.empty());
}

void Report(Store& store, std::int64_t sequence, std::uint8_t n,
            std::optional<MessageState> to, bool final = true) {
  SpoolerTurn turn = Turn(0, kNow + seconds(n));
  NewReport report{.sim = "sim", .message_reference = 7};
  report.fingerprint[0] = n;
  turn.reports = {report};
  turn.settlements = {{.report = report.fingerprint,
                       .sequence = sequence,
                       .number = 1,
                       .status = 0,
                       .final = final,
                       .to = to,
                       .at = kNow + seconds(n)}};
  REQUIRE(store.RecordTurn(turn).has_value());
}

TEST_CASE("The end of a message is told with it, as it is then") {
  OnEachStore([](Store& store, const TempFolder&) {
    const auto message = WithCallback(1);
    const auto sequence = Lease(store, message);
    CHECK(store.OutboxReceivers()->empty());
    CHECK(Change(store, sequence, kFailed, kNow + seconds(3)).outbox);
    const auto items = Outbox(store);
    REQUIRE(items.size() == 1);
    const OutboxItem& item = items[0];
    CHECK(item.kind == "message");
    CHECK(item.subject == sequence);
    CHECK(item.url == kUrl);
    CHECK(item.receiver == kReceiver);
    CHECK(item.due_at == kNow + seconds(3));
    CHECK(item.created_at == kNow + seconds(3));
    CHECK(item.attempts == 0);
    const Json body = Json::parse(item.body);
    CHECK(body["type"] == "message.failed");
    CHECK(body["timestamp"] == FormatRfc3339(kNow + seconds(3)));
    CHECK(body["data"]["id"] == ToString(message.id));
    CHECK(body["data"]["state"] == "failed");
    CHECK(body["data"]["to"] == message.recipient);
    CHECK(body["data"]["error"] == "refused");
    CHECK(body["data"]["reference"] == "ref");
    CHECK(item.body.find(message.text) == std::string::npos);
    CHECK(ToString(item.id)[14] == '8');
  });
}

TEST_CASE("Nothing is told of a message that names no URL") {
  OnEachStore([](Store& store, const TempFolder&) {
    const auto sequence = Lease(store, MakeMessage(1));
    CHECK_FALSE(Change(store, sequence, kFailed).outbox);
    CHECK(store.OutboxReceivers()->empty());
  });
}

TEST_CASE("Nothing is told of what is tried again, or was refused") {
  OnEachStore([](Store& store, const TempFolder&) {
    const auto sequence = Lease(store, WithCallback(1));
    CHECK_FALSE(Change(store, sequence, kDelivered).refused.empty());
    CHECK_FALSE(Change(store, sequence, kQueued).outbox);
    CHECK_FALSE(Change(store, sequence, kFailed).refused.empty());
    CHECK(store.OutboxReceivers()->empty());
  });
}

TEST_CASE("What nobody reports on is told once it is sent") {
  OnEachStore([](Store& store, const TempFolder&) {
    const auto sequence = Lease(store, WithCallback(1));
    Intend(store, sequence);
    REQUIRE(store.RecordTurn(Accepted(sequence, false))->outbox);
    CHECK(Told(store) == "message.sent, ");
    const Json body = Json::parse(Outbox(store).at(0).body);
    CHECK(body["data"]["part_states"][0]["message_reference"] == 7);
  });
}

TEST_CASE("What is reported on is told when the report says how it ended") {
  OnEachStore([](Store& store, const TempFolder&) {
    const bool delivered = GENERATE(true, false);
    const auto sequence = Lease(store, WithCallback(1));
    Intend(store, sequence);
    CHECK_FALSE(store.RecordTurn(Accepted(sequence, true))->outbox);
    Report(store, sequence, 1, std::nullopt, false);  // the centre still tries
    CHECK(Told(store).empty());
    Report(store, sequence, 2, delivered ? kDelivered : kUndelivered);
    CHECK(Told(store) ==
          (delivered ? "message.delivered, " : "message.undelivered, "));
    Report(store, sequence, 2, kDelivered);  // again: changes nothing
    CHECK(Outbox(store).size() == 1);
  });
}

TEST_CASE("A last report that says nothing of the phone leaves it at sent") {
  OnEachStore([](Store& store, const TempFolder&) {
    const auto sequence = Lease(store, WithCallback(1));
    Intend(store, sequence);
    REQUIRE(store.RecordTurn(Accepted(sequence, true)).has_value());
    Report(store, sequence, 1, std::nullopt);
    CHECK(Told(store) == "message.sent, ");
  });
}

TEST_CASE("What is settled in the turn that sent it is told of once") {
  OnEachStore([](Store& store, const TempFolder&) {
    const auto sequence = Lease(store, WithCallback(1));
    Intend(store, sequence);
    SpoolerTurn turn = Accepted(sequence, false);
    turn.settlements = {{.report = kNoReport,
                         .sequence = sequence,
                         .to = kDelivered,
                         .at = kNow}};
    REQUIRE(store.RecordTurn(turn).has_value());
    CHECK(Told(store) == "message.delivered, ");
  });
}

TEST_CASE("What is unknown is told, and again when a report settles it") {
  OnEachStore([](Store& store, const TempFolder&) {
    const auto sequence = Lease(store, WithCallback(1));
    Intend(store, sequence);
    SpoolerTurn turn = Turn(0);
    turn.results = {{.sequence = sequence,
                     .number = 1,
                     .state = PartState::kUnknown,
                     .at = kNow,
                     .awaits_report = true}};
    turn.changes = {{.sequence = sequence, .to = kUnknown, .at = kNow}};
    REQUIRE(store.RecordTurn(turn)->outbox);
    CHECK(Told(store) == "message.unknown, ");
    Report(store, sequence, 1, kDelivered);
    CHECK(Told(store) == "message.unknown, message.delivered, ");
    CHECK(Outbox(store).at(0).id != Outbox(store).at(1).id);
  });
}

TEST_CASE("What expires is told, whether it was to be leased or looked for") {
  OnEachStore([](Store& store, const TempFolder&) {
    const bool leasing = GENERATE(true, false);
    Insert(store, WithCallback(1));
    SpoolerTurn late = Turn(leasing ? 1 : 0, kNow + hours(2));
    late.expire = !leasing;
    REQUIRE(store.RecordTurn(late)->outbox);
    CHECK(Told(store) == "message.expired, ");
  });
}

TEST_CASE("What is cancelled is told, unless it was too late") {
  OnEachStore([](Store& store, const TempFolder&) {
    const auto message = WithCallback(1);
    Insert(store, message);
    REQUIRE(store.Cancel(message.id, kNow + seconds(1))->cancelled);
    CHECK(Told(store) == "message.cancelled, ");
    CHECK_FALSE(store.Cancel(message.id, kNow + seconds(2))->cancelled);
    CHECK(Outbox(store).size() == 1);
  });
}

TEST_CASE("Each receiver has an outbox of its own, by time") {
  OnEachStore([](Store& store, const TempFolder&) {
    const char* const urls[] = {"https://b.example/1", "http://b.example/2",
                                "https://a.example/3", "https://b.example/4",
                                "https://b.example:8443/5"};
    for (int i = 0; i < 5; ++i) {
      const auto message = WithCallback(i + 1, urls[i]);
      Insert(store, message);
      REQUIRE(store.Cancel(message.id, kNow + seconds(10 - i))->cancelled);
    }
    std::string receivers;
    const auto due = store.OutboxReceivers();
    for (const auto& [receiver, due_at] : *due) {
      const auto later = std::chrono::floor<seconds>(due_at - kNow).count();
      receivers += receiver + " +" + std::to_string(later) + ", ";
    }
    CHECK(receivers ==
          "http://b.example:80 +9, https://a.example:443 +8, "
          "https://b.example:443 +7, https://b.example:8443 +6, ");
    const auto items = Outbox(store, "https://b.example:443");
    REQUIRE(items.size() == 2);
    CHECK(items[0].url == urls[3]);
    CHECK(items[1].url == urls[0]);
    CHECK(store.Outbox("https://b.example:443", 1)->size() == 1);
  });
}

TEST_CASE("What has been due for long is dropped, of one receiver alone") {
  OnEachStore([](Store& store, const TempFolder&) {
    const char* const urls[] = {"https://a.example/", "https://a.example/",
                                "https://b.example/"};
    for (int i = 0; i < 3; ++i) {
      const auto message = WithCallback(i + 1, urls[i]);
      Insert(store, message);
      REQUIRE(store.Cancel(message.id, kNow + seconds(i))->cancelled);
    }
    CHECK(*store.DropOutbox("https://a.example:443", kNow + seconds(1)) == 1);
    CHECK(Outbox(store, "https://a.example:443").size() == 1);
    CHECK(Outbox(store, "https://b.example:443").size() == 1);
  });
}

}  // namespace
}  // namespace smsweb
