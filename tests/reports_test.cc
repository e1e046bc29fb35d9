// Delivery reports: whose they are, and what they make of a message.
#include "daemon/reports.h"

#include "catch.h"

namespace smsweb {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr WallTime kNoon{Millis(1'700'000'000'000)};
constexpr const char* kNumber = "+6289610707901";

Message Sent(std::int64_t sequence, int reference, WallTime at,
             const std::string& to = kNumber) {
  Message message;
  message.sequence = sequence;
  message.recipient = to;
  message.parts = 1;
  message.state = reference < 0 ? MessageState::kUnknown : MessageState::kSent;
  message.part_records = {
      {.number = 1,
       .state = reference < 0 ? PartState::kUnknown : PartState::kAccepted,
       .modem = "a",
       .message_reference = reference,
       .intended_at = at,
       .sim = "510"}};
  return message;
}

NewReport Report(int reference, WallTime sent_at,
                 const std::string& from = kNumber) {
  return {.modem = "a",
          .sim = "510",
          .message_reference = reference,
          .recipient = from,
          .status = 0,
          .sent_at = sent_at,
          .discharged_at = sent_at + seconds(5),
          .received_at = kNoon + minutes(1)};
}

// The sequence of the message found; 0: none.
std::int64_t Found(const NewReport& report,
                   const std::vector<Message>& awaiting) {
  const auto part = FindReported(report, awaiting);
  return part ? part->message->sequence : 0;
}

TEST_CASE("A report belongs to the part with its SIM, reference and address") {
  const std::vector<Message> awaiting = {Sent(1, 7, kNoon)};
  CHECK(Found(Report(7, kNoon), awaiting) == 1);
  CHECK(Found(Report(8, kNoon), awaiting) == 0);
  CHECK(Found(Report(7, kNoon, "+6281111111111"), awaiting) == 0);
  auto other_sim = Report(7, kNoon);
  other_sim.sim = "262";
  CHECK(Found(other_sim, awaiting) == 0);
}

TEST_CASE("Without an IMSI the modem stands for its SIM") {
  std::vector<Message> awaiting = {Sent(1, 7, kNoon)};
  awaiting[0].part_records[0].sim = "";
  auto report = Report(7, kNoon);
  report.sim = "";
  CHECK(Found(report, awaiting) == 1);
  report.modem = "b";
  CHECK(Found(report, awaiting) == 0);
}

TEST_CASE("A reference that came round is the newest sent by then") {
  const std::vector<Message> awaiting = {Sent(1, 7, kNoon - hours(2)),
                                         Sent(2, 7, kNoon - hours(1)),
                                         Sent(3, 7, kNoon)};
  CHECK(Found(Report(7, kNoon + seconds(3)), awaiting) == 3);
  CHECK(Found(Report(7, kNoon - hours(1) + seconds(3)), awaiting) == 2);
  CHECK(Found(Report(7, kNoon - hours(2) + seconds(3)), awaiting) == 1);
}

TEST_CASE("A service centre whose clock is off by hours does no harm") {
  CHECK(Found(Report(7, kNoon + hours(7)), {Sent(1, 7, kNoon)}) == 1);
  CHECK(Found(Report(7, kNoon - hours(7)), {Sent(1, 7, kNoon)}) == 1);
}

TEST_CASE(
    "A part sent after the report came, or ages before it, is not meant") {
  CHECK(Found(Report(7, kNoon), {Sent(1, 7, kNoon + minutes(2))}) == 0);
  CHECK(Found(Report(7, kNoon), {Sent(1, 7, kNoon - hours(24 * 8))}) == 0);
}

TEST_CASE("What has its report already takes no other") {
  auto done = Sent(2, 7, kNoon);
  done.part_records[0].report_status = 0;
  CHECK(Found(Report(7, kNoon), {done}) == 0);
  CHECK(Found(Report(7, kNoon), {done, Sent(1, 7, kNoon - hours(1))}) == 1);
  done.part_records[0].report_status = 0x20;  // a temporary one
  CHECK(Found(Report(7, kNoon), {done}) == 2);
}

TEST_CASE("A short code is not the end of a number that it could be") {
  const Message number = Sent(1, 7, kNoon + seconds(5), "+6289610345678");
  const Message short_code = Sent(2, 7, kNoon, "345678");
  CHECK(Found(Report(7, kNoon + seconds(9), "345678"), {number, short_code}) ==
        2);
  CHECK(Found(Report(7, kNoon + seconds(9), "089610345678"),
              {number, short_code}) == 1);
}

TEST_CASE("A lost answer is settled by the only report that fits it") {
  const auto lost = Sent(1, -1, kNoon);
  CHECK(Found(Report(9, kNoon + seconds(20)), {lost}) == 1);
  SECTION("but not where another may be meant") {
    CHECK(Found(Report(9, kNoon + seconds(20)),
                {lost, Sent(2, -1, kNoon + seconds(5))}) == 0);
  }
  SECTION("nor where one is known by its reference") {
    CHECK(Found(Report(9, kNoon), {lost, Sent(2, 9, kNoon)}) == 2);
  }
  SECTION("nor where the service centre had it at another time") {
    CHECK(Found(Report(9, kNoon - minutes(10)), {lost}) == 0);
    CHECK(Found(Report(9, kNoon + hours(1)), {lost}) == 0);
  }
}

TEST_CASE("National and international forms are the same number") {
  struct Row {
    const char* a;
    const char* b;
    bool same;
  };
  const Row rows[] = {
      {"+6289610707901", "+6289610707901", true},
      {"+6289610707901", "6289610707901", true},
      {"+6289610707901", "089610707901", true},
      {"+6289610707901", "89610707901", true},
      {"+6289610707901", "006289610707901", true},
      {"+6289610707901", "+6289610707902", false},
      {"+6289610707901", "+4489610707901", false},
      {"12345", "12345", true},
      {"12345", "+6289612345", false},
      {"", "+6289610707901", false},
      {"+6289610707901", "0", false},
  };
  for (const Row& row : rows) {
    INFO(row.a << " " << row.b);
    CHECK(SameAddress(row.a, row.b) == row.same);
    CHECK(SameAddress(row.b, row.a) == row.same);
  }
}

Message OfTwoParts(int first, int second) {
  Message message = Sent(1, 7, kNoon);
  message.parts = 2;
  message.part_records.push_back(message.part_records[0]);
  message.part_records[1].number = 2;
  message.part_records[0].report_status = first;
  message.part_records[1].report_status = second;
  return message;
}

TEST_CASE("A message is what its parts are") {
  CHECK(StateFromReports(OfTwoParts(0, -1)) == std::nullopt);
  CHECK(StateFromReports(OfTwoParts(0, 0x20)) == std::nullopt);
  CHECK(StateFromReports(OfTwoParts(0, 1)) == std::nullopt);
  CHECK(StateFromReports(OfTwoParts(0, 0)) == MessageState::kDelivered);
  CHECK(StateFromReports(OfTwoParts(0x46, -1)) == MessageState::kUndelivered);
  CHECK(StateFromReports(OfTwoParts(0, 0x46)) == MessageState::kUndelivered);
}

TEST_CASE("A report of an unknown part says that it went") {
  Message lost = Sent(1, -1, kNoon);
  lost.part_records[0].report_status = 0x20;
  CHECK(StateFromReports(lost) == MessageState::kSent);
  lost.parts = 2;  // and the second was never sent
  CHECK(StateFromReports(lost) == std::nullopt);
}

TEST_CASE("A settlement says what follows, and why") {
  Message message = Sent(1, 7, kNoon);
  auto report = Report(7, kNoon);
  report.status = 0x22;
  auto settlement = Settle(report, message, 1, kNoon);
  CHECK_FALSE(settlement.final);
  CHECK_FALSE(settlement.to.has_value());
  report.status = 0x46;
  settlement = Settle(report, message, 1, kNoon);
  CHECK(settlement.final);
  CHECK(settlement.to == MessageState::kUndelivered);
  CHECK(settlement.error == "status report 0x46: its validity period is over");
  CHECK(message.part_records[0].report_status == 0x46);
}

}  // namespace
}  // namespace smsweb
