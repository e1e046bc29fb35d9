// What every store must do with what comes back from the network
// (store_contract.h).
#include "store_contract.h"

namespace smsweb {
namespace {

using std::chrono::minutes;

constexpr const char* kSim = "510101234567890";

Fingerprint Print(int n) {
  Fingerprint fingerprint{};
  fingerprint[0] = static_cast<std::uint8_t>(n);
  fingerprint[1] = static_cast<std::uint8_t>(n >> 8);
  return fingerprint;
}

Uuid Id(int n) {
  SeededRandom random(static_cast<std::uint64_t>(n));
  return MakeUuidV7(kNow, random);
}

// The PDU with fingerprint `n`: the only part, unless said otherwise.
InboundPart Received(int n, std::string text, int number = 1, int total = 1,
                     int reference = -1) {
  InboundPart part;
  part.id = Id(n);
  part.fingerprint = Print(n);
  part.modem = "sim-1";
  part.sim = kSim;
  part.sender = "+628111";
  part.smsc = "+62811000000";
  part.sent_at = kNow - seconds(5);
  part.received_at = kNow;
  part.coding = "gsm7";
  part.units.assign(text.begin(), text.end());  // gsm7 has these as ASCII has
  part.text = std::move(text);
  part.reference = reference;
  part.total = total;
  part.number = number;
  return part;
}

void Record(Store& store, const SpoolerTurn& turn) {
  const auto outcome = store.RecordTurn(turn);
  REQUIRE(outcome.has_value());
  CHECK(outcome->refused.empty());
}

void Receive(Store& store, std::vector<InboundPart> parts,
             bool webhook = false) {
  SpoolerTurn turn = Turn(0);
  turn.inbound = std::move(parts);
  turn.inbound_webhook = webhook;
  Record(store, turn);
}

void ShowIncomplete(Store& store, WallTime before, bool webhook = false) {
  SpoolerTurn turn = Turn(0, before);
  turn.show_incomplete_before = before;
  turn.inbound_webhook = webhook;
  Record(store, turn);
}

std::vector<InboundMessage> Inbox(Store& store,
                                  const InboxFilter& filter = {}) {
  auto inbox = store.Inbox(filter);
  REQUIRE(inbox.has_value());
  return *inbox;
}

// "text, text, ", the newest first.
std::string Texts(Store& store, const InboxFilter& filter = {}) {
  std::string texts;
  for (const auto& message : Inbox(store, filter)) {
    texts += message.text + ", ";
  }
  return texts;
}

TEST_CASE("A message that was received is in the inbox as it came") {
  OnEachStore([](Store& store, const TempFolder&) {
    InboundPart part = Received(1, "halo");
    part.port = 2948;
    Receive(store, {part});
    const auto inbox = Inbox(store);
    REQUIRE(inbox.size() == 1);
    const InboundMessage& message = inbox[0];
    CHECK(message.id == part.id);
    CHECK(message.modem == "sim-1");
    CHECK(message.sim == kSim);
    CHECK(message.sender == "+628111");
    CHECK(message.smsc == "+62811000000");
    CHECK(message.text == "halo");
    CHECK(message.coding == "gsm7");
    CHECK(message.port == 2948);
    CHECK(message.sent_at == part.sent_at);
    CHECK(message.received_at == part.received_at);
    CHECK(message.parts == 1);
    CHECK(message.Complete());
    CHECK(store.FindInbound(part.id)->text == "halo");
    CHECK(store.FindInbound(message.sequence)->text == "halo");
    CHECK(store.FindInbound(Id(2)).error().kind == ErrorKind::kNotFound);
    CHECK(store.FindInbound(message.sequence + 1).error().kind ==
          ErrorKind::kNotFound);
    CHECK(store.OutboxReceivers()->empty());
  });
}

TEST_CASE("A PDU that is read again is taken in once") {
  OnEachStore([](Store& store, const TempFolder&) {
    Receive(store, {Received(1, "halo"), Received(1, "halo")});
    Receive(store, {Received(1, "halo")});
    CHECK(Texts(store) == "halo, ");
    Receive(store, {Received(2, "halo")});  // the same words, said again
    CHECK(Texts(store) == "halo, halo, ");
  });
}

TEST_CASE("Parts are put in order, however they come, and shown when whole") {
  const struct {
    const char* name;
    std::vector<int> order;
  } rows[] = {{"in order", {1, 2, 3}},
              {"backwards", {3, 2, 1}},
              {"the middle last", {1, 3, 2}},
              {"with a repetition", {2, 2, 3, 3, 1}}};
  for (const auto& row : rows) {
    OnEachStore([&](Store& store, const TempFolder&) {
      INFO(row.name);
      for (const int number : row.order) {
        CHECK(Inbox(store).empty());
        Receive(store,
                {Received(number, std::to_string(number) + ".", number, 3, 7)});
      }
      const auto inbox = Inbox(store);
      REQUIRE(inbox.size() == 1);
      CHECK(inbox[0].text == "1.2.3.");
      CHECK(inbox[0].id == Id(row.order[0]));
      CHECK(inbox[0].parts == 3);
      CHECK(inbox[0].Complete());
    });
  }
}

TEST_CASE(
    "Parts join that agree in SIM, sender, reference and total, in time") {
  const auto other = [](auto change) {
    InboundPart part = Received(2, "b", 2, 2, 7);
    change(part);
    return part;
  };
  const struct {
    const char* name;
    InboundPart part;
    bool joins;
  } rows[] = {
      {"all the same", other([](auto&) {}), true},
      {"another modem", other([](auto& p) { p.modem = "sim-2"; }), true},
      {"another SIM", other([](auto& p) { p.sim = "2"; }), false},
      {"another sender", other([](auto& p) { p.sender = "+62822"; }), false},
      {"another reference", other([](auto& p) { p.reference = 8; }), false},
      {"another total", other([](auto& p) { p.total = 3; }), false},
      {"a day later",
       other([](auto& p) { p.received_at = kNow + kJoinWindow; }), true},
      {"more than a day later",
       other([](auto& p) { p.received_at = kNow + kJoinWindow + Millis(1); }),
       false},
      {"number taken", other([](auto& p) { p.number = 1; }), false},
      {"no concatenation", other([](auto& p) { p.reference = -1; }), false},
  };
  for (const auto& row : rows) {
    OnEachStore([&](Store& store, const TempFolder&) {
      INFO(row.name);
      Receive(store, {Received(1, "a", 1, 2, 7)});
      Receive(store, {row.part});
      const auto inbox = Inbox(store);
      CHECK((!inbox.empty() && inbox[0].text == "ab") == row.joins);
    });
  }
}

TEST_CASE(
    "Of two messages that lack a part, it is that of the closer in time") {
  OnEachStore([](Store& store, const TempFolder&) {
    auto early = Received(1, "early ", 1, 2, 7);
    early.sent_at = kNow - hours(2);
    auto late = Received(2, "late ", 1, 2, 7);
    late.sent_at = kNow;
    Receive(store, {early, late});
    auto rest = Received(3, "rest", 2, 2, 7);
    rest.sent_at = kNow + seconds(2);
    Receive(store, {rest});
    CHECK(Texts(store) == "late rest, ");
  });
}

TEST_CASE("A part with a new time stamp and the same text is a repetition") {
  OnEachStore([](Store& store, const TempFolder&) {
    Receive(store, {Received(1, "a", 1, 2, 7), Received(2, "a", 1, 2, 7)});
    Receive(store, {Received(3, "b", 2, 2, 7)});
    ShowIncomplete(store, kNow + hours(1));
    CHECK(Texts(store) == "ab, ");
  });
}

TEST_CASE("A concatenation that can't be is a message of its own") {
  OnEachStore([](Store& store, const TempFolder&) {
    Receive(store, {Received(1, "zero", 0, 2, 7), Received(2, "three", 3, 2, 7),
                    Received(3, "one of one", 1, 1, 7)});
    CHECK(Texts(store) == "one of one, three, zero, ");
    for (const auto& message : Inbox(store)) CHECK(message.Complete());
  });
}

TEST_CASE("A character that its sender cut in two is read whole") {
  struct Half {
    const char* coding;
    std::vector<std::uint8_t> units;
  };
  const struct {
    Half first, second;
    const char* text;
  } rows[] = {
      {{"ucs2", {0x00, 0x41, 0xD8, 0x3D}},
       {"ucs2", {0xDE, 0x00, 0x00, 0x42}},
       "A\U0001F600B"},
      {{"gsm7", {0x41, 0x1B}}, {"gsm7", {0x65}}, "A\u20AC"},
      {{"8bit", {0x01}}, {"8bit", {0x02}}, "0102"},
      {{"gsm7", {0x41}}, {"ucs2", {0x20, 0xAC}}, "A\u20AC"},
  };
  for (const auto& row : rows) {
    for (const bool in_order : {true, false}) {
      OnEachStore([&](Store& store, const TempFolder&) {
        const auto part = [&](const Half& half, int number) {
          InboundPart made = Received(number, "", number, 2, 7);
          made.coding = half.coding;
          made.units = half.units;
          return made;
        };
        Receive(store,
                {part(in_order ? row.first : row.second, in_order ? 1 : 2)});
        Receive(store,
                {part(in_order ? row.second : row.first, in_order ? 2 : 1)});
        REQUIRE(Inbox(store).size() == 1);
        CHECK(Inbox(store)[0].text == row.text);
      });
    }
  }
}

TEST_CASE("A message that stays incomplete is shown with gaps, after a time") {
  const struct {
    std::vector<int> numbers;
    const char* text;
  } rows[] = {{{1}, "1.[...]"},           {{2}, "[...]2.[...]"},
              {{4}, "[...]4."},           {{4, 1}, "1.[...]4."},
              {{1, 2, 3}, "1.2.3.[...]"}, {{2, 4}, "[...]2.[...]4."}};
  for (const auto& row : rows) {
    OnEachStore([&](Store& store, const TempFolder&) {
      for (const int number : row.numbers) {
        Receive(store,
                {Received(number, std::to_string(number) + ".", number, 4, 7)});
      }
      ShowIncomplete(store, kNow);  // none was begun before now
      CHECK(Inbox(store).empty());
      CHECK_FALSE(store.FindInbound(Id(row.numbers[0])).has_value());
      ShowIncomplete(store, kNow + Millis(1));
      const auto inbox = Inbox(store);
      REQUIRE(inbox.size() == 1);
      CHECK(inbox[0].text == row.text);
      CHECK(inbox[0].parts == 4);
      CHECK(inbox[0].parts_received == static_cast<int>(row.numbers.size()));
      CHECK_FALSE(inbox[0].Complete());
    });
  }
}

TEST_CASE("A part that comes late is put into the message that is shown") {
  OnEachStore([](Store& store, const TempFolder&) {
    Receive(store, {Received(1, "a", 1, 2, 7)});
    ShowIncomplete(store, kNow + hours(1));
    CHECK(Texts(store) == "a[...], ");
    auto late = Received(2, "b", 2, 2, 7);
    late.received_at = kNow + hours(2);
    Receive(store, {late});
    CHECK(Texts(store) == "ab, ");
    CHECK(Inbox(store)[0].Complete());
  });
}

TEST_CASE("The inbox is newest first, filtered, and paged by id") {
  OnEachStore([](Store& store, const TempFolder&) {
    for (int i = 1; i <= 4; ++i) {
      auto part = Received(i, std::to_string(i));
      if (i == 2) part.sender = "INFO";
      Receive(store, {part});
    }
    CHECK(Texts(store) == "4, 3, 2, 1, ");
    CHECK(Texts(store, {.limit = 2}) == "4, 3, ");
    CHECK(Texts(store, {.after = Id(3)}) == "2, 1, ");
    CHECK(Texts(store, {.sender = "INFO"}) == "2, ");
    CHECK(Texts(store, {.sender = "+628111", .after = Id(3)}) == "1, ");
  });
}

TEST_CASE("A complete message is in the outbox, until it is finished") {
  OnEachStore([](Store& store, const TempFolder&) {
    Receive(store, {Received(1, "a", 1, 2, 7)}, true);
    CHECK(store.OutboxReceivers()->empty());
    Receive(store, {Received(2, "b", 2, 2, 7), Received(3, "c")}, true);
    Receive(store, {Received(3, "c")}, true);  // again: not told again
    REQUIRE(store.OutboxReceivers()->size() == 1);
    CHECK(store.OutboxReceivers()->at(0).receiver.empty());
    CHECK(store.OutboxReceivers()->at(0).due_at == kNow);
    CHECK(store.Outbox("", 1)->size() == 1);
    auto due = store.Outbox("", 10);
    REQUIRE(due->size() == 2);
    CHECK(due->at(0).kind == "inbound");
    CHECK(due->at(0).id != due->at(1).id);
    CHECK(due->at(0).attempts == 0);
    CHECK(store.FindInbound(due->at(0).subject)->text == "ab");
    CHECK(store.FindInbound(due->at(1).subject)->text == "c");

    const Uuid id = due->at(0).id;
    const OutboxTry tries[] = {{.sequence = due->at(0).sequence,
                                .again_at = kNow + minutes(5),
                                .error = "connection refused"},
                               {.sequence = due->at(1).sequence}};
    REQUIRE(store.RecordTries(tries).has_value());
    REQUIRE(store.OutboxReceivers()->size() == 1);
    CHECK(store.OutboxReceivers()->at(0).due_at == kNow + minutes(5));
    due = store.Outbox("", 10);
    REQUIRE(due->size() == 1);
    CHECK(due->at(0).attempts == 1);
    CHECK(due->at(0).id == id);
    CHECK(due->at(0).created_at == kNow);
  });
}

TEST_CASE("A message shown incomplete is told of, and again when it is whole") {
  OnEachStore([](Store& store, const TempFolder&) {
    Receive(store, {Received(1, "a", 1, 2, 7)}, true);
    ShowIncomplete(store, kNow + hours(1), true);
    ShowIncomplete(store, kNow + hours(1), true);
    auto due = store.Outbox("", 10);
    REQUIRE(due->size() == 1);
    const OutboxTry taken[] = {{.sequence = due->at(0).sequence}};
    REQUIRE(store.RecordTries(taken).has_value());
    Receive(store, {Received(2, "b", 2, 2, 7)}, true);
    const auto again = store.Outbox("", 10);
    REQUIRE(again->size() == 1);
    CHECK(again->at(0).id != due->at(0).id);
    CHECK(again->at(0).subject == due->at(0).subject);
  });
}

// A message with `parts` parts that the network took through kSim, with the
// references 41, 42, ...; what is to be said of its reports.
Message Sent(Store& store, int n, int parts = 1, MessageState state = kSent) {
  NewMessage message = MakeMessage(n);
  message.parts = parts;
  message.report = true;
  Insert(store, message);
  const auto sequence = Lease(store, 1).at(0).sequence;
  SpoolerTurn turn = Turn(0);
  for (int i = 1; i <= parts; ++i) {
    turn.intents.push_back({sequence, i, "sim-1", kNow, kSim});
  }
  Record(store, turn);
  turn = Turn(0);
  for (int i = 1; i <= parts; ++i) {
    turn.results.push_back(
        {.sequence = sequence,
         .number = i,
         .state =
             state == kUnknown ? PartState::kUnknown : PartState::kAccepted,
         .message_reference = state == kUnknown ? -1 : 40 + i,
         .at = kNow,
         .awaits_report = true});
  }
  if (state != kSending) {
    turn.changes.push_back({.sequence = sequence, .to = state, .at = kNow});
  }
  Record(store, turn);
  return *store.Find(message.id);
}

NewReport Report(int n, int reference) {
  NewReport report;
  report.fingerprint = Print(n);
  report.modem = "sim-1";
  report.sim = kSim;
  report.message_reference = reference;
  report.recipient = "+628961070790";
  report.status = 0;
  report.sent_at = kNow;
  report.discharged_at = kNow + seconds(3);
  report.received_at = kNow + seconds(4);
  return report;
}

Settlement Settles(int report, const Message& message, int number,
                   std::optional<MessageState> to) {
  return {.report = Print(report),
          .sequence = message.sequence,
          .number = number,
          .status = 0,
          .to = to,
          .at = kNow + seconds(4)};
}

TEST_CASE("Who awaits a report is found by SIM, reference and time") {
  OnEachStore([](Store& store, const TempFolder&) {
    const Message known = Sent(store, 1, 2);
    const Message unknown = Sent(store, 2, 1, kUnknown);
    const auto found = [&](const std::string& sim, int reference,
                           WallTime since) {
      std::vector<Uuid> ids;
      const auto messages = store.AwaitingReport(sim, reference, since);
      REQUIRE(messages.has_value());
      for (const auto& message : *messages) ids.push_back(message.id);
      return ids;
    };
    using Ids = std::vector<Uuid>;
    CHECK(found(kSim, 41, kNow) == Ids{unknown.id, known.id});
    CHECK(found(kSim, 42, kNow) == Ids{unknown.id, known.id});
    CHECK(found(kSim, 43, kNow) == Ids{unknown.id});
    CHECK(found("other", 41, kNow).empty());
    CHECK(found(kSim, 41, kNow + Millis(1)).empty());
    CHECK(store.AwaitingReport(kSim, 41, kNow)->at(1).part_records.size() == 2);
  });
}

TEST_CASE("A message that asks for no report awaits none") {
  OnEachStore([](Store& store, const TempFolder&) {
    Insert(store, MakeMessage(1));
    const auto sequence = Lease(store, 1).at(0).sequence;
    SpoolerTurn turn = Turn(0);
    turn.intents.push_back({sequence, 1, "sim-1", kNow, kSim});
    Record(store, turn);
    turn = Turn(0);
    turn.results.push_back({sequence, 1, PartState::kAccepted, 41, -1, kNow});
    Record(store, turn);
    CHECK(store.AwaitingReport(kSim, 41, kNow)->empty());
  });
}

TEST_CASE("A report is kept once, and unmatched until it settles something") {
  OnEachStore([](Store& store, const TempFolder&) {
    const Message message = Sent(store, 1);
    SpoolerTurn turn = Turn(0);
    turn.reports = {Report(1, 41), Report(1, 41), Report(2, 50)};
    Record(store, turn);
    Record(store, turn);
    auto unmatched = store.UnmatchedReports(kSim, 41, kNow);
    REQUIRE(unmatched->size() == 1);
    const StoredReport& report = unmatched->at(0);
    CHECK(report.fingerprint == Print(1));
    CHECK(report.recipient == "+628961070790");
    CHECK(report.discharged_at == kNow + seconds(3));
    CHECK(report.status == 0);
    CHECK(store.UnmatchedReports(kSim, -1, kNow)->size() == 2);
    CHECK(store.UnmatchedReports(kSim, -1, kNow + seconds(5))->empty());
    CHECK(store.UnmatchedReports("other", 41, kNow)->empty());
    CHECK(store.UnmatchedReports(kSim, 41, kNow + seconds(5))->empty());

    turn = Turn(0);
    turn.settlements = {Settles(1, message, 1, kDelivered)};
    Record(store, turn);
    CHECK(store.UnmatchedReports(kSim, 41, kNow)->empty());
    CHECK(store.UnmatchedReports(kSim, 50, kNow)->size() == 1);
    turn = Turn(0);
    turn.reports = {Report(1, 41)};  // read again: it is somebody's still
    Record(store, turn);
    CHECK(store.UnmatchedReports(kSim, 41, kNow)->empty());
  });
}

TEST_CASE("A settlement needs no lease, and keeps to the transition table") {
  const struct {
    MessageState from;
    std::optional<MessageState> to;
    MessageState after;
  } rows[] = {
      {kSent, kDelivered, kDelivered},
      {kSent, kUndelivered, kUndelivered},
      {kSent, std::nullopt, kSent},
      {kSent, kQueued, kSent},
      {kUnknown, kSent, kSent},
      {kUnknown, kDelivered, kDelivered},
      {kUnknown, kUndelivered, kUndelivered},
      {kUnknown, kQueued, kUnknown},
      {kSending, kDelivered, kSending},
      {kFailed, kDelivered, kFailed},
  };
  for (const auto& row : rows) {
    OnEachStore([&](Store& store, const TempFolder&) {
      INFO(ToString(row.from));
      const Message message = Sent(store, 1, 2, row.from);
      SpoolerTurn turn = Turn(0);
      turn.token = kOther;
      turn.reports = {Report(1, 41)};
      turn.settlements = {Settles(1, message, 1, row.to)};
      Record(store, turn);
      const auto after = store.Find(message.id);
      CHECK(after->state == row.after);
      CHECK(after->part_records[0].report_status == 0);
      CHECK(after->part_records[0].reported_at == kNow + seconds(4));
      CHECK(after->part_records[1].report_status == -1);
    });
  }
}

TEST_CASE("A report that is somebody's settles nothing else") {
  OnEachStore([](Store& store, const TempFolder&) {
    const Message first = Sent(store, 1);
    const Message second = Sent(store, 2);
    SpoolerTurn turn = Turn(0);
    turn.reports = {Report(1, 41)};
    turn.settlements = {Settles(1, first, 1, kDelivered)};
    Record(store, turn);
    turn.settlements = {Settles(1, second, 1, kDelivered)};
    Record(store, turn);
    CHECK(StateOf(store, second.id) == kSent);
    CHECK(store.Find(second.id)->part_records[0].report_status == -1);
    turn.reports.clear();
    turn.settlements = {Settles(9, second, 1, kDelivered)};  // never recorded
    Record(store, turn);
    CHECK(StateOf(store, second.id) == kSent);
  });
}

TEST_CASE("A settlement without a report settles the message alone") {
  OnEachStore([](Store& store, const TempFolder&) {
    const Message message = Sent(store, 1);
    SpoolerTurn turn = Turn(0);
    turn.settlements = {Settles(1, message, 1, kDelivered)};
    turn.settlements[0].report = kNoReport;
    Record(store, turn);
    CHECK(StateOf(store, message.id) == kDelivered);
    CHECK(store.Find(message.id)->part_records[0].report_status == -1);
    CHECK(store.AwaitingReport(kSim, 41, kNow)->size() == 1);
  });
}

TEST_CASE("A settlement says why a message was not delivered") {
  OnEachStore([](Store& store, const TempFolder&) {
    const Message message = Sent(store, 1);
    SpoolerTurn turn = Turn(0);
    turn.reports = {Report(1, 41)};
    turn.settlements = {Settles(1, message, 1, kUndelivered)};
    turn.settlements[0].error = "the phone was off";
    Record(store, turn);
    CHECK(store.Find(message.id)->error == "the phone was off");
    CHECK(store.Find(message.id)->updated_at == kNow + seconds(4));
  });
}

TEST_CASE("A part awaits its report until the final one") {
  OnEachStore([](Store& store, const TempFolder&) {
    const Message message = Sent(store, 1);
    SpoolerTurn turn = Turn(0);
    turn.reports = {Report(1, 41), Report(2, 41)};
    turn.settlements = {Settles(1, message, 1, std::nullopt)};
    turn.settlements[0].final = false;
    turn.settlements[0].status = 0x30;
    Record(store, turn);
    CHECK(store.AwaitingReport(kSim, 41, kNow)->size() == 1);
    CHECK(store.Find(message.id)->part_records[0].report_status == 0x30);
    turn.settlements = {Settles(2, message, 1, std::nullopt)};
    Record(store, turn);
    CHECK(store.AwaitingReport(kSim, 41, kNow)->empty());
  });
}

TEST_CASE("A report may settle a message in the turn that has its result") {
  OnEachStore([](Store& store, const TempFolder&) {
    const Message message = Sent(store, 1, 1, kSending);
    SpoolerTurn turn = Turn(0);
    turn.changes.push_back(
        {.sequence = message.sequence, .to = kSent, .at = kNow});
    turn.reports = {Report(1, 41)};
    turn.settlements = {Settles(1, message, 1, kDelivered)};
    Record(store, turn);
    CHECK(StateOf(store, message.id) == kDelivered);
  });
}

TEST_CASE("A part that is tried again has forgotten its report") {
  OnEachStore([](Store& store, const TempFolder&) {
    const Message message = Sent(store, 1, 1, kSending);
    SpoolerTurn turn = Turn(0);
    turn.reports = {Report(1, 41)};
    turn.settlements = {Settles(1, message, 1, std::nullopt)};
    turn.settlements[0].final = false;
    turn.intents.push_back({message.sequence, 1, "sim-2", kNow, "other"});
    Record(store, turn);
    turn = Turn(0);
    turn.intents.push_back({message.sequence, 1, "sim-2", kNow, "other"});
    Record(store, turn);
    const auto after = store.Find(message.id);
    CHECK(after->part_records[0].sim == "other");
    CHECK(after->part_records[0].report_status == -1);
    CHECK(store.AwaitingReport(kSim, 41, kNow)->empty());
  });
}

TEST_CASE("The do-not-send list takes, finds, pages and forgets numbers") {
  OnEachStore([](Store& store, const TempFolder&) {
    CHECK_FALSE(store.FindOptOut("+62811")->has_value());
    for (const char* number : {"+62813", "+62811", "+62812"}) {
      REQUIRE(store.AddOptOut({number, kNow, "STOP"}).has_value());
    }
    REQUIRE(store.AddOptOut({"+62811", kNow + hours(1), ""}).has_value());
    const auto found = store.FindOptOut("+62811");
    REQUIRE((found && *found));
    CHECK((*found)->since == kNow);
    CHECK((*found)->reason == "STOP");
    auto page = store.OptOuts(2, "");
    REQUIRE(page->size() == 2);
    CHECK(page->at(0).number == "+62811");
    page = store.OptOuts(2, "+62812");
    REQUIRE(page->size() == 1);
    CHECK(page->at(0).number == "+62813");
    REQUIRE(store.RemoveOptOut("+62811").has_value());
    CHECK(store.RemoveOptOut("+62811").error().kind == ErrorKind::kNotFound);
    CHECK_FALSE(store.FindOptOut("+62811")->has_value());
  });
}

TEST_CASE("What goes to a listed number is left out of an insert, and named") {
  OnEachStore([](Store& store, const TempFolder&) {
    REQUIRE(store.AddOptOut({MakeMessage(2).recipient, kNow, "x"}).has_value());
    const NewMessage batch[] = {MakeMessage(1), MakeMessage(2), MakeMessage(3)};
    const auto opted_out = InsertAll(store, batch);
    REQUIRE(opted_out.has_value());
    CHECK(*opted_out == std::vector<std::size_t>{1});
    CHECK(store.Find(batch[0].id).has_value());
    CHECK_FALSE(store.Find(batch[1].id).has_value());
    CHECK(store.Find(batch[2].id).has_value());
    CHECK(InsertOne(store, MakeMessage(4)).has_value());
    CHECK(InsertOne(store, MakeMessage(12)).error().kind ==
          ErrorKind::kConflict);
  });
}

TEST_CASE("A turn puts numbers on the list, and takes others off") {
  OnEachStore([](Store& store, const TempFolder&) {
    REQUIRE(store.AddOptOut({"+62811", kNow, "x"}).has_value());
    SpoolerTurn turn = Turn(0);
    turn.opt_outs = {{"+62812", kNow, "STOP"}};
    turn.opt_ins = {"+62811", "+1"};
    REQUIRE(store.RecordTurn(turn).has_value());
    CHECK_FALSE(store.FindOptOut("+62811")->has_value());
    CHECK(store.FindOptOut("+62812")->has_value());
  });
}

TEST_CASE("A request is answered once, and found until it is removed") {
  OnEachStore([](Store& store, const TempFolder&) {
    const auto ask = [&](WallTime now) {
      const auto added = store.AddRequest({.modem = "sim-1",
                                           .kind = "ussd",
                                           .argument = "*123#",
                                           .created_at = now,
                                           .expires_at = now + hours(1)});
      REQUIRE(added.has_value());
      return *added;
    };
    const auto first = ask(kNow);
    const auto second = ask(kNow);
    auto open = store.Requests();
    REQUIRE(open->size() == 2);
    CHECK(open->at(0).sequence == first);
    CHECK(open->at(0).modem == "sim-1");
    CHECK(open->at(0).kind == "ussd");
    CHECK(open->at(0).argument == "*123#");
    CHECK(open->at(0).created_at == kNow);

    CHECK_FALSE(open->at(0).taken);

    SpoolerTurn taking = Turn(0);
    taking.taken = {second};
    Record(store, taking);
    open = store.Requests();
    REQUIRE(open->size() == 2);
    CHECK_FALSE(open->at(0).taken);
    CHECK(open->at(1).taken);

    SpoolerTurn turn = Turn(0);
    turn.answers = {
        {.sequence = first, .answer = "Rp 5.000"},
        {.sequence = second, .failed = true, .answer = "no answer"}};
    Record(store, turn);
    turn.answers[0].answer = "something else";
    Record(store, turn);
    CHECK(store.Requests()->empty());
    CHECK(store.FindRequest(first)->finished);
    CHECK_FALSE(store.FindRequest(first)->failed);
    CHECK(store.FindRequest(first)->answer == "Rp 5.000");
    CHECK(store.FindRequest(second)->failed);

    REQUIRE(store.RemoveRequest(second).has_value());
    CHECK(store.FindRequest(second).error().kind == ErrorKind::kNotFound);
    CHECK(ask(kNow) > second);  // no number comes twice
    ask(kNow + hours(25));
    CHECK_FALSE(store.FindRequest(first).has_value());
  });
}

}  // namespace
}  // namespace smsweb
