// What the simulated network records, and how it puts parts together.
#include <nlohmann/json.hpp>
#include <sstream>

#include "catch.h"
#include "sim/network.h"

namespace smsweb::sim {
namespace {

using nlohmann::json;

class MemorySink final : public RecordSink {
 public:
  Result<void> Write(std::string_view lines) override {
    if (full) return Fail(ErrorKind::kUnavailable, "full");
    REQUIRE(lines.ends_with('\n'));
    std::istringstream stream{std::string(lines)};
    for (std::string line; std::getline(stream, line);) {
      records.push_back(json::parse(line));
    }
    return {};
  }

  bool full = false;
  std::vector<json> records;
};

struct World {
  explicit World(std::vector<OutcomeRule> rules = {})
      : network(Outcomes(std::move(rules)), sink) {}

  Answer Send(const Submit& submit, std::string_view modem = "sim-1") {
    const auto pdu = EncodeSubmit(submit);
    REQUIRE(pdu);
    now.mono += std::chrono::microseconds(1500);
    now.wall += std::chrono::microseconds(1500);
    const std::string smsc = submit.smsc ? ToString(*submit.smsc) : "+62899";
    return network.Carry({.modem = modem,
                          .smsc = smsc,
                          .submit = submit,
                          .octets = pdu->octets,
                          .tpdu_length = pdu->tpdu_length,
                          .reference = 7,
                          .cmgs_at = now,
                          .pdu_at = now},
                         now);
  }

  // The text of each whole message so far.
  std::vector<std::string> Messages() const {
    std::vector<std::string> texts;
    for (const json& record : sink.records) {
      if (record.at("event") == "message") texts.push_back(record.at("text"));
    }
    return texts;
  }

  MemorySink sink;
  Network network;
  Instant now{std::chrono::sys_days(std::chrono::year(2026) / 11 / 23),
              MonoTime(std::chrono::seconds(1))};
};

Submit Part(std::string_view text, int number = 1, int total = 1,
            int reference = 9, std::string recipient = "+62811") {
  Submit submit;
  const auto cut = SegmentText(text);
  submit.recipient = NumberAddress(recipient);
  HeaderOptions header;
  if (total > 1) {
    header.place = Concatenation{static_cast<std::uint16_t>(reference),
                                 static_cast<std::uint8_t>(total),
                                 static_cast<std::uint8_t>(number)};
  }
  submit.data = MakeUserData(cut->coding, cut->parts.front(), header);
  return submit;
}

TEST_CASE("A short message is a part and a message") {
  World world;
  CHECK(world.Send(Part("hello €")).kind == Answer::Kind::kTaken);
  REQUIRE(world.sink.records.size() == 2);
  json part = world.sink.records[0];
  part.erase("pdu");  // the next test's
  part.erase("length");
  const json expected = {{"event", "part"},
                         {"time", "2026-11-23T00:00:00.001500Z"},
                         {"modem", "sim-1"},
                         {"smsc", "+62899"},
                         {"recipient", "+62811"},
                         {"text", "hello €"},
                         {"alphabet", "gsm7"},
                         {"reference", nullptr},
                         {"part", 1},
                         {"of", 1},
                         {"mr", 7},
                         {"answered", true},
                         {"validity", nullptr},
                         {"status_report", false},
                         {"cmgs_at", "2026-11-23T00:00:00.001500Z"},
                         {"pdu_at", "2026-11-23T00:00:00.001500Z"},
                         {"accepted_at", "2026-11-23T00:00:00.001500Z"},
                         {"cmgs_us", 1001500},
                         {"pdu_us", 1001500},
                         {"accepted_us", 1001500}};
  CHECK(part == expected);
  CHECK(world.sink.records[1] ==
        json{{"event", "message"},
             {"time", "2026-11-23T00:00:00.001500Z"},
             {"modem", "sim-1"},
             {"smsc", "+62899"},
             {"recipient", "+62811"},
             {"text", "hello €"},
             {"parts", 1},
             {"reference", nullptr},
             {"cmgs_at", "2026-11-23T00:00:00.001500Z"},
             {"accepted_at", "2026-11-23T00:00:00.001500Z"},
             {"cmgs_us", 1001500},
             {"accepted_us", 1001500}});
}

TEST_CASE("The raw PDU in a record is what the modem was given") {
  World world;
  const Submit submit = Part("hello");
  world.Send(submit);
  CHECK(world.sink.records[0].at("pdu") == ToHex(EncodeSubmit(submit)->octets));
  CHECK(world.sink.records[0].at("length") ==
        EncodeSubmit(submit)->tpdu_length);
}

struct OrderCase {
  const char* what;
  std::vector<Submit> parts;
  std::vector<std::string> messages;
};

const OrderCase kOrders[] = {
    {"in order", {Part("a", 1, 2), Part("b", 2, 2)}, {"ab"}},
    {"the other way", {Part("b", 2, 2), Part("a", 1, 2)}, {"ab"}},
    {"not yet", {Part("a", 1, 3), Part("c", 3, 3)}, {}},
    {"one comes twice",
     {Part("a", 1, 2), Part("a", 1, 2), Part("b", 2, 2)},
     {"ab"}},
    {"two recipients",
     {Part("a", 1, 2, 9, "+621"), Part("b", 2, 2, 9, "+622")},
     {}},
    {"two references", {Part("a", 1, 2, 1), Part("b", 2, 2, 2)}, {}},
    {"two counts", {Part("a", 1, 2), Part("b", 2, 3)}, {}},
    {"the same message again",
     {Part("a", 1, 2), Part("b", 2, 2), Part("a", 1, 2), Part("b", 2, 2)},
     {"ab", "ab"}},
    {"a repeated last part does not end the next message",
     {Part("a", 1, 2), Part("b", 2, 2), Part("b", 2, 2), Part("x", 1, 2),
      Part("y", 2, 2)},
     {"ab", "xy"}},
    {"a message left open gives way to the next",
     {Part("a", 1, 2), Part("x", 1, 2), Part("y", 2, 2)},
     {"xy"}},
    {"two alphabets", {Part("a", 1, 2), Part("Я", 2, 2)}, {"aЯ"}},
};

TEST_CASE("Parts become messages when all of them are there") {
  for (const auto& row : kOrders) {
    CAPTURE(row.what);
    World world;
    for (const Submit& part : row.parts) world.Send(part);
    CHECK(world.Messages() == row.messages);
  }
}

TEST_CASE("Each submission is a line of its own, repeats too") {
  World world;
  for (int i = 0; i < 3; ++i) world.Send(Part("a", 1, 2));
  CHECK(world.sink.records.size() == 3);
}

TEST_CASE("Parts through two modems are two messages") {
  World world;
  world.Send(Part("a", 1, 2), "sim-1");
  world.Send(Part("b", 2, 2), "sim-2");
  CHECK(world.Messages().empty());
}

TEST_CASE("A pair that was cut between parts is read whole") {
  World world;
  Submit first = Part("😀", 1, 2);
  Submit second = Part("😀", 2, 2);
  first.data.units.resize(2);
  second.data.units.erase(second.data.units.begin(),
                          second.data.units.begin() + 2);
  world.Send(first);
  world.Send(second);
  CHECK(world.Messages() == std::vector<std::string>{"😀"});
}

std::vector<OutcomeRule> Rules(std::vector<std::string> texts) {
  std::vector<OutcomeRule> rules;
  for (const auto& text : texts) {
    auto rule = ParseOutcomeRule(text);
    REQUIRE(rule);
    rules.push_back(*rule);
  }
  return rules;
}

TEST_CASE("Outcomes are by recipient, and recorded as what they are") {
  World world(Rules({"+621=cms:38", "+622=silent", "+623=lost-answer"}));
  CHECK(world.Send(Part("a", 1, 1, 9, "+621")).code == 38);
  CHECK(world.Send(Part("b", 1, 1, 9, "+622")).kind == Answer::Kind::kNone);
  CHECK(world.Send(Part("c", 1, 1, 9, "+623")).kind == Answer::Kind::kLost);
  CHECK(world.Send(Part("d", 1, 1, 9, "+624")).kind == Answer::Kind::kTaken);
  CHECK(world.Messages() == std::vector<std::string>{"c", "d"});
  CHECK(world.sink.records[0].at("event") == "refused");
  CHECK(world.sink.records[0].at("cms") == 38);
  CHECK(world.sink.records[1].at("event") == "silent");
  CHECK(world.sink.records[2].at("answered") == false);
}

TEST_CASE("A rule lets some pass, takes some, and is done") {
  Outcomes outcomes(Rules({"*=cms:42,after=2,times=2"}));
  std::vector<int> codes;
  for (int i = 0; i < 6; ++i) codes.push_back(outcomes.Decide("+62").code);
  CHECK(codes == std::vector<int>{0, 0, 42, 42, 0, 0});
}

TEST_CASE("A prompt can be withheld") {
  Outcomes outcomes(Rules({"*=no-prompt,after=1,times=1"}));
  CHECK(outcomes.GivesPrompt());
  CHECK_FALSE(outcomes.GivesPrompt());
  CHECK(outcomes.GivesPrompt());
}

TEST_CASE("A rule that says nothing clear is refused") {
  for (const char* text :
       {"", "x", "=silent", "+62=", "+62=cms", "+62=cms:", "+62=cms:x",
        "+62=cms:99999", "+62=no-prompt", "+62=silent,times",
        "+62=silent,times=x", "+62=silent,foo=1", "+62=silent,after=-1"}) {
    CAPTURE(text);
    CHECK_FALSE(ParseOutcomeRule(text));
  }
}

TEST_CASE("What can't be recorded is not sent") {
  World world;
  world.sink.full = true;
  const Answer answer = world.Send(Part("a"));
  CHECK(answer.kind == Answer::Kind::kRefused);
  CHECK(answer.code == 500);
}

}  // namespace
}  // namespace smsweb::sim
