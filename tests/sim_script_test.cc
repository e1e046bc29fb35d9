// Scripts: how they are read, and that the simulated modem and network do what
// they say. Time is told, never waited for.
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "catch.h"
#include "sim/at_session.h"
#include "sim/network.h"
#include "sim/script.h"

namespace smsweb::sim {
namespace {

using std::chrono::seconds;

std::string ErrorOf(std::string_view text) {
  const auto script = ParseScript(text, "test.txt");
  return script ? "" : script.error().message;
}

class Records final : public RecordSink {
 public:
  Result<void> Write(std::string_view lines) override {
    std::istringstream stream{std::string(lines)};
    for (std::string line; std::getline(stream, line);) {
      all.push_back(nlohmann::json::parse(line));
    }
    return {};
  }
  int Count(std::string_view event) const {
    return static_cast<int>(std::count_if(
        all.begin(), all.end(),
        [&](const auto& record) { return record.at("event") == event; }));
  }
  std::vector<nlohmann::json> all;
};

// A modem that a host has set up: no echo, and `script` from now on.
struct Stage {
  explicit Stage(std::string_view script, const std::string& setup = "ATE0\r")
      : session({}, network) {
    Say(setup);
    const auto parsed = ParseScript(script, "test.txt");
    if (!parsed) FAIL(parsed.error().message);
    session.Obey(*parsed, now);
  }

  std::string Say(std::string_view bytes) {
    session.Receive(bytes, now);
    return session.TakeOutput();
  }
  std::string Read() { return session.TakeOutput(); }
  std::string Wait(Millis time) {
    now.mono += time;
    now.wall += time;
    session.Advance(now);
    return session.TakeOutput();
  }
  // A whole message; what was read from its Ctrl-Z on.
  std::string Send() {
    Say("AT+CMGS=19\r");
    return Say("0001000D91269816707009F1000005E8329BFD06\x1A");
  }
  std::string SendAskingForReport() {
    Say("AT+CMGS=19\r");
    return Say("0021000D91269816707009F1000005E8329BFD06\x1A");
  }

  Records records;
  Network network{Outcomes(), records};
  Instant now{std::chrono::sys_days(std::chrono::year(2026) / 11 / 23),
              MonoTime(std::chrono::hours(1))};
  AtSession session;
};

const std::string kOkLine = "\r\nOK\r\n";
const std::string kErrorLine = "\r\nERROR\r\n";

// ---- reading ----

TEST_CASE("What a script can't say is refused with its place and a way out") {
  const std::pair<const char*, const char*> rows[] = {
      {"on AT+CSQ: nonsense",
       "test.txt:1: \"nonsense\" is no action; there are silence, lose"},
      {"\n# a comment\n  on foo: silence",
       "test.txt:3: \"on foo\": write on AT..., on prompt"},
      {"at 3: silence", "where a time should be, such as 3s, 250ms or 2m"},
      {"at 3s", "\"at\" is no action"},
      {"on AT+CSQ: delay", "the line ends where a time should be"},
      {"on AT+CSQ: line RING", "where bytes should be, in \"quotes\""},
      {"on AT+CSQ: line \"RING", "a closing \" is missing"},
      {"on AT+CSQ: line \"\\q\"", "\\q is no escape"},
      {"on AT+CSQ: silence error", "\"error\" is too much; a ';' stands"},
      {"on AT+CSQ #0: silence", "\"#0\": write #2, #2-4 or #2+"},
      {"on AT+CSQ #3-2: silence", "\"#3-2\": write #2, #2-4 or #2+"},
      {"on AT+CSQ: cms no", "where an error's number should be: 0 to 65535"},
      {"network gone", "write one of lost, searching, denied, home, roaming"},
      {"profile foo", "\"foo\": there are generic, "},
      {"hang until tea", "write until AT..., reopened or unplugged"},
      {"inbound text \"x\"", "write inbound from NUMBER"},
      {"inbound from 1 text \"x\" parts 1,a", "write numbers such as 2,1,3"},
      {"inbound pdu XY", "\"XY\" is not in hexadecimal digits"},
      {"after 3 hours: reboot", "write after N messages"},
      {"in 3s silence", "in TIME does not go with \"silence\""},
      {"every 0s: line \"x\"", "every 0s would never end"},
      {"on AT+CSQ line \"x\":", "a ':' should end the condition"},
  };
  for (const auto& [text, error] : rows) {
    CAPTURE(text, ErrorOf(text));
    CHECK(ErrorOf(text).find(error) != std::string::npos);
  }
}

TEST_CASE("A script is read rule by rule") {
  const auto script = ParseScript(
      "# all of it\r\n"
      "modem sim-2 on AT+CREG? #2-4: delay 2s; line \"RING\\r\\x41\" # twice\n"
      "\n"
      "on pdu to +62811 #3+: in 500ms unplug for 1m as run/other\n"
      "profile sim800\n",
      "name");
  REQUIRE(script);
  REQUIRE(script->rules.size() == 3);
  const Rule& first = script->rules[0];
  CHECK(first.place == "name:2");
  CHECK(first.modem == "sim-2");
  CHECK(first.when.pattern == "AT+CREG?");
  CHECK(first.when.first == 2);
  CHECK(first.when.last == 4);
  REQUIRE(first.actions.size() == 2);
  CHECK(first.actions[0].time == Millis(2000));
  CHECK(first.actions[1].text == "RING\rA");
  const Rule& second = script->rules[1];
  CHECK(second.when.pattern == "+62811");
  CHECK(second.when.last == UINT64_MAX);
  CHECK(second.actions[0].in == Millis(500));
  CHECK(second.actions[0].time == Millis(60'000));
  CHECK(second.actions[0].text == "run/other");
  CHECK(second.actions[0].source == "in 500ms unplug for 1m as run/other");
  CHECK(script->rules[2].when.time == Millis(0));
}

TEST_CASE("A PIN is in no record") {
  const auto script = ParseScript("sim pin 4711", "name");
  REQUIRE(script);
  CHECK(script->rules[0].actions[0].source == "sim pin");
}

// ---- answers ----

TEST_CASE("A command is answered as the script says, from its n-th on") {
  Stage stage(
      "on AT+CSQ #2: silence\n"
      "on AT+CSQ #3: error\n"
      "on AT+CSQ #4: cme 14\n"
      "on AT+CSQ #5-6: answer \"\\r\\n+CSQ: 1,2\\r\\n\\r\\nOK\\r\\n\"\n");
  const std::string usual = "\r\n+CSQ: 24,99\r\n\r\nOK\r\n";
  CHECK(stage.Say("AT+CSQ\r") == usual);
  CHECK(stage.Say("AT+CSQ\r").empty());
  CHECK(stage.Say("AT+CSQ\r") == kErrorLine);
  CHECK(stage.Say("AT+CMEE=1;+CSQ\r") == "\r\n+CME ERROR: 14\r\n");
  CHECK(stage.Say("AT+CSQ\r") == "\r\n+CSQ: 1,2\r\n\r\nOK\r\n");
  CHECK(stage.Say("AT+CSQ\r") == "\r\n+CSQ: 1,2\r\n\r\nOK\r\n");
  CHECK(stage.Say("AT+CSQ\r") == usual);
  CHECK(stage.records.Count("script") == 5);
}

TEST_CASE("A pattern takes a command and its forms, and no longer name") {
  Stage stage(
      "on AT: line \"bare\"\n"
      "on AT+CREG: line \"any\"\n"
      "on AT+CNMI=2,1: line \"set\"\n"
      "on AT+CG*: line \"glob\"\n"
      "on ATE0: line \"echo\"\n");
  const auto says = [&](const char* command) {
    const std::string out = stage.Say(std::string(command) + "\r");
    return out.substr(out.rfind("OK") + 2);
  };
  CHECK(says("AT") == "\r\n\r\nbare\r\n");
  CHECK(says("AT+CREG?") == "\r\n\r\nany\r\n");
  CHECK(says("AT+CREG=2") == "\r\n\r\nany\r\n");
  CHECK(says("AT+CNMI=2,1,0,1,0") == "\r\n\r\nset\r\n");
  CHECK(says("AT+CNMI=2,0") == "\r\n");
  CHECK(says("AT+CGMI") == "\r\n\r\nglob\r\n");
  CHECK(says("ATE0") == "\r\n\r\necho\r\n");
  CHECK(says("AT+CSQ") == "\r\n");
}

TEST_CASE("A slow answer holds up what comes behind it, a late one does not") {
  Stage stage(
      "on AT+CSQ #1: delay 3s\n"
      "on AT+CSQ #2: late 3s\n");
  CHECK(stage.Say("AT+CSQ\r").empty());
  CHECK(stage.Say("AT\r").empty());
  CHECK(stage.Wait(seconds(2)).empty());
  CHECK(stage.Wait(seconds(1)) == "\r\n+CSQ: 24,99\r\n\r\nOK\r\n" + kOkLine);
  CHECK(stage.Say("AT+CSQ\r").empty());
  CHECK(stage.Say("AT\r") == kOkLine);
  REQUIRE(stage.session.deadline());
  CHECK(*stage.session.deadline() == stage.now.mono + seconds(3));
  CHECK(stage.Wait(seconds(3)) == "\r\n+CSQ: 24,99\r\n\r\nOK\r\n");
  CHECK_FALSE(stage.session.deadline());
}

TEST_CASE("Noise may stand before, behind and inside of an answer") {
  Stage stage(
      "on AT #1: before \"\\0\\xFF\"; behind \"^BOOT\\r\\n\"; "
      "insert \"RING\" at 3\n"
      "on AT #2: cut 3\n"
      "on AT #3: cut 3 for 2s\n"
      "on AT #4: dribble 10ms\n");
  CHECK(stage.Say("AT\r") ==
        std::string("\0\xFF", 2) + "\r\nORINGK\r\n" + "^BOOT\r\n");
  CHECK(stage.Say("AT\r") == "\r\nO");
  CHECK(stage.Say("AT\r") == "\r\nO");
  CHECK(stage.Wait(seconds(2)) == "K\r\n");
  CHECK(stage.Say("AT\r") == "\r");
  CHECK(stage.Wait(Millis(10)) == "\n");
  CHECK(stage.Wait(Millis(100)) == "OK\r\n");
}

TEST_CASE("Unsolicited lines come alone, in floods, and after a while") {
  Stage stage(
      "on AT+CSQ: line \"RING\"; in 2s flood 3 \"^RSSI:7\"; raw \"!\"\n"
      "every 10s: line \"tick\"\n");
  CHECK(stage.Say("AT+CSQ\r") == "\r\n+CSQ: 24,99\r\n\r\nOK\r\n\r\nRING\r\n!");
  CHECK(stage.Wait(seconds(2)) ==
        "\r\n^RSSI:7\r\n\r\n^RSSI:7\r\n\r\n^RSSI:7\r\n");
  CHECK(stage.Wait(seconds(8)) == "\r\ntick\r\n");
  CHECK(stage.Wait(seconds(10)) == "\r\ntick\r\n");
}

// ---- messages ----

TEST_CASE("The prompt may be lost, late, unseen or odd") {
  Stage stage(
      "on prompt #1: silence\n"
      "on prompt #2: delay 15s\n"
      "on prompt #3: lose\n"
      "on prompt #4: answer \"\\r\\n>\"\n"
      "on prompt #5: cms 500\n"
      "on AT+CMGS #6: silence\n");
  CHECK(stage.Say("AT+CMGS=19\r").empty());
  CHECK(stage.Say("AT\r") == kOkLine);  // it takes commands again
  CHECK(stage.Say("AT+CMGS=19\r").empty());
  CHECK(stage.Wait(seconds(15)) == "\r\n> ");
  CHECK(stage.Say("\x1B") == kOkLine);
  CHECK(stage.Say("AT+CMGS=19\r").empty());
  CHECK(stage.Say("AT\r").empty());  // it takes that for the text
  CHECK(stage.Say("\x1B") == kOkLine);
  CHECK(stage.Say("AT+CMGS=19\r") == "\r\n>");
  CHECK(stage.Say("\x1B") == kOkLine);
  CHECK(stage.Say("AT+CMGS=19\r") == "\r\n+CMS ERROR: 500\r\n");
  CHECK(stage.Say("AT+CMGS=19\r").empty());
  CHECK(stage.Send() == "\r\n+CMGS: 0\r\n\r\nOK\r\n");
}

TEST_CASE("A message is refused, swallowed, or sent without a word") {
  Stage stage(
      "on pdu to +6289610707901 #1: cms 38\n"
      "on pdu #2: silence\n"
      "on pdu #3: lose\n"
      "on pdu #4: late 100s\n"
      "on pdu #5: line \"RING\"; before \"^MODE\\r\\n\"\n"
      "on pdu to +1: error\n"
      "after 2 messages: line \"two\"\n");
  CHECK(stage.Send() == "\r\n+CMS ERROR: 38\r\n");
  CHECK(stage.Send().empty());
  CHECK(stage.Send().empty());
  CHECK(stage.Send() == "\r\ntwo\r\n");
  CHECK(stage.Wait(seconds(100)) == "\r\n+CMGS: 1\r\n\r\nOK\r\n");
  CHECK(stage.Send() == "^MODE\r\n\r\n+CMGS: 2\r\n\r\nOK\r\n\r\nRING\r\n");
  CHECK(stage.records.Count("part") == 3);
  CHECK(stage.records.Count("refused") == 1);
  CHECK(stage.records.Count("silent") == 1);
}

TEST_CASE("The network may go as the message comes") {
  Stage stage("on pdu #1: network lost; in 5s network roaming\n",
              "ATE0+CREG=1\r");
  CHECK(stage.Send() == "\r\n+CMS ERROR: 331\r\n\r\n+CREG: 0\r\n");
  CHECK(stage.records.Count("part") == 0);
  CHECK(stage.Wait(seconds(5)) == "\r\n+CREG: 5\r\n");
  CHECK(stage.Send() == "\r\n+CMGS: 0\r\n\r\nOK\r\n");
}

// ---- state ----

TEST_CASE("The script sets what the modem says of itself") {
  Stage stage(
      "signal 7; operator \"Other\"; imei 123456789012345; smsc +49170\n"
      "manufacturer \"Acme\"; model \"X\"; revision \"2\"\n"
      "at 1s: sim removed; in 1s sim inserted\n"
      "at 3s: sim puk\n"
      "at 4s: network denied\n"
      "at 5s: sim pin 4711; echo on\n");
  CHECK(stage.Say("AT+CSQ;+CGSN;+CGMI;+CGMM;+CGMR\r") ==
        "\r\n+CSQ: 7,99\r\n\r\n123456789012345\r\n\r\nAcme\r\n\r\nX\r\n"
        "\r\n2\r\n\r\nOK\r\n");
  CHECK(
      stage.Say("AT+CSCA?;+COPS?\r") ==
      "\r\n+CSCA: \"+49170\",145\r\n\r\n+COPS: 0,0,\"Other\",7\r\n\r\nOK\r\n");
  stage.Wait(seconds(1));
  stage.Say("AT+CMEE=1\r");
  CHECK(stage.Say("AT+CPIN?\r") == "\r\n+CME ERROR: 10\r\n");
  stage.Wait(seconds(1));
  CHECK(stage.Say("AT+CPIN?\r") == "\r\n+CPIN: READY\r\n\r\nOK\r\n");
  stage.Wait(seconds(1));
  CHECK(stage.Say("AT+CPIN?\r") == "\r\n+CPIN: SIM PUK\r\n\r\nOK\r\n");
  stage.Wait(seconds(1));
  CHECK(stage.Say("AT+CREG?\r") == "\r\n+CREG: 0,0\r\n\r\nOK\r\n");
  stage.Wait(seconds(1));
  CHECK(stage.Say("AT\r") == "AT\r\r\nOK\r\n");
  CHECK(stage.Say("ATE0+CPIN=4711;+CREG?\r") ==
        "ATE0+CPIN=4711;+CREG?\r\r\n+CREG: 0,3\r\n\r\nOK\r\n");
}

TEST_CASE("A modem in another's shoes starts as that one does") {
  Stage stage("profile sim800; reboot for 4s\n", "ATE0+CMEE=2\r");
  CHECK(stage.Say("AT\r").empty());
  CHECK(stage.Wait(seconds(4)) ==
        "\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nCall Ready\r\n"
        "\r\nSMS Ready\r\n");
  CHECK(stage.Say("AT+CMEE?\r") ==
        "AT+CMEE?\r\r\n+CMEE: 0\r\n\r\nOK\r\n");  // all forgotten
  CHECK(stage.Say("ATE0+CGMI\r") == "ATE0+CGMI\r\r\nSIMCOM_Ltd\r\n\r\nOK\r\n");
}

TEST_CASE("A stick chatters until it is told not to, and has its own words") {
  Stage stage("profile e173\n");
  CHECK(stage.Wait(seconds(5)) == "\r\n^RSSI:18\r\n");
  CHECK(stage.Say("AT+FOO\r") == "\r\nCOMMAND NOT SUPPORT\r\n");
  CHECK(stage.Say("AT+CNMI=2,1,0,1,0\r") == kErrorLine);
  CHECK(stage.Say("AT+CNMI=1,1,0,1,0\r") == kOkLine);
  CHECK(stage.Say("AT^CURC=0\r") == kOkLine);
  CHECK(stage.Wait(seconds(60)).empty());
  CHECK(stage.Say("AT^RESET\r") == kOkLine);
  stage.Wait(Millis(100));
  CHECK(stage.session.TakePortEvents().size() == 1);
  CHECK(stage.Wait(seconds(8)).empty());
  CHECK(stage.session.TakePortEvents().size() == 1);
}

TEST_CASE("A stick has USSD as packed septets in hexadecimal digits") {
  Stage stage(
      "profile e173\n"
      "on ussd *100#: ussd \"*100#\"\n"
      "on ussd *100*1#: ussd \"Rp\" dcs 72\n");
  CHECK(stage.Say("AT+CUSD=1,\"AA180C3602\",15\r") ==
        kOkLine + "\r\n+CUSD: 0,\"AA180C3602\",15\r\n");
  // seven septets: a CR fills the spare bits, and is no part of the code
  CHECK(stage.Say("AT+CUSD=1,\"AA180CA68A8D1A\",15\r") ==
        kOkLine + "\r\n+CUSD: 0,\"00520070\",72\r\n");
  CHECK(stage.Say("AT+CUSD=1,\"*100#\",15\r") == kErrorLine);
}

TEST_CASE("Each profile's script can be read") {
  std::istringstream names(PersonalityNames());
  for (std::string name; std::getline(names >> std::ws, name, ',');) {
    CAPTURE(name);
    const Personality* const found = FindPersonality(name);
    REQUIRE(found != nullptr);
    CHECK(ParseScript(found->script, name));
  }
}

// ---- ports and modems that stop ----

TEST_CASE("A modem that hangs hears what ends it, and nothing else") {
  SECTION("a command") {
    Stage stage("on AT+CSQ: hang until ATZ\n");
    stage.Say("AT+CSQ\r");
    CHECK(stage.Say("AT\r\x1B\x1A").empty());
    CHECK(stage.Say("AT+CMGS=19\r").empty());
    CHECK(stage.Say("ATZ\r") == kOkLine);
    CHECK(stage.Say("ATE0\r") == "ATE0\r" + kOkLine);
  }
  SECTION("AT+CFUN with whatever value") {
    Stage stage("on AT+CSQ: hang until AT+CFUN\n");
    stage.Say("AT+CSQ\r");
    CHECK(stage.Say("ATZ\r").empty());
    CHECK(stage.Say("AT+CFUN=0\r") == kOkLine);
  }
  SECTION("time") {
    Stage stage("hang for 10s\n");
    CHECK(stage.Say("AT\r").empty());
    stage.Wait(seconds(10));
    CHECK(stage.Say("AT\r") == kOkLine);
  }
  SECTION("a host that opens the port again") {
    Stage stage("hang until reopened\n");
    CHECK(stage.Say("AT\r").empty());
    stage.session.HostOpened(stage.now);
    CHECK(stage.Say("AT\r") == kOkLine);
  }
  SECTION("power") {
    Stage stage("hang until unplugged\nat 5s: unplug for 1s\n");
    CHECK(stage.Say("ATZ\r").empty());
    stage.Wait(seconds(5));
    stage.Wait(seconds(1));
    CHECK(stage.Say("AT\r") == "AT\r" + kOkLine);
  }
}

TEST_CASE("A port goes, and comes back elsewhere with all forgotten") {
  Stage stage("on pdu: lose; in 100ms unplug for 5s as run/other\n");
  CHECK(stage.Send().empty());
  CHECK(stage.session.TakePortEvents().empty());
  stage.Wait(Millis(100));
  auto events = stage.session.TakePortEvents();
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == PortEvent::Kind::kGone);
  CHECK(stage.Say("AT\r").empty());
  stage.Wait(seconds(5));
  events = stage.session.TakePortEvents();
  REQUIRE(events.size() == 1);
  CHECK(events[0].kind == PortEvent::Kind::kBack);
  CHECK(events[0].place == "run/other");
  CHECK(stage.Say("AT\r") == "AT\r" + kOkLine);  // echo is on again
}

TEST_CASE("A line that is cut leaves the modem as it was") {
  Stage stage("on prompt: in 1s disconnect\nat 9s: connect\n");
  stage.Say("AT+CMGS=19\r");
  stage.Wait(seconds(1));
  CHECK(stage.session.TakePortEvents().size() == 1);
  stage.Wait(seconds(8));
  CHECK(stage.session.TakePortEvents().size() == 1);
  CHECK(stage.Say("AT\r").empty());  // still behind the prompt
  CHECK(stage.Say("\x1B") == kOkLine);
}

TEST_CASE("A host that opens the port may be greeted") {
  Stage stage("on open #2: line \"hello\"\n");
  stage.session.HostOpened(stage.now);
  CHECK(stage.Read().empty());
  stage.session.HostOpened(stage.now);
  CHECK(stage.Read() == "\r\nhello\r\n");
}

// ---- towards the host ----

constexpr const char* kTold = "ATE0+CNMI=2,2,0,1,0\r";
constexpr const char* kStored = "ATE0+CNMI=2,1,0,2,0\r";

TEST_CASE("A message comes in as AT+CNMI wants it") {
  const std::string script = "at 1s: inbound from +62811 text \"hi\"\n";
  SECTION("told") {
    Stage stage(script, kTold);
    const std::string out = stage.Wait(seconds(1));
    CHECK(out.starts_with("\r\n+CMT: ,18\r\n0791"));
    CHECK(out.ends_with("02E834\r\n"));
  }
  SECTION("stored") {
    Stage stage(script, kStored);
    CHECK(stage.Wait(seconds(1)) == "\r\n+CMTI: \"SM\",1\r\n");
    const std::string out = stage.Say("AT+CMGR=1\r");
    CHECK(out.starts_with("\r\n+CMGR: 0,,18\r\n0791"));
    CHECK(stage.Say("AT+CMGL=4\r").starts_with("\r\n+CMGL: 1,1,,18\r\n0791"));
    CHECK(stage.Say("AT+CPMS?\r") ==
          "\r\n+CPMS: \"SM\",1,50,\"SM\",1,50,\"SM\",1,50\r\n\r\nOK\r\n");
    CHECK(stage.Say("AT+CMGD=1\r") == kOkLine);
    CHECK(stage.Say("AT+CMGR=1\r") == "\r\n+CMS ERROR: 321\r\n");
  }
  SECTION("stored in silence") {
    Stage stage(script);
    CHECK(stage.Wait(seconds(1)).empty());
    CHECK(stage.Say("AT+CMGL=0\r").starts_with("\r\n+CMGL: 1,0,,18\r\n"));
  }
}

TEST_CASE("Parts come in the order that is asked for, twice or never") {
  Stage stage("inbound from 888 text \"" + std::string(400, 'x') +
                  "\" parts 3,1,1 ref 7\n",
              kStored);
  CHECK(
      stage.Read() ==
      "\r\n+CMTI: \"SM\",1\r\n\r\n+CMTI: \"SM\",2\r\n\r\n+CMTI: \"SM\",3\r\n");
  CHECK(stage.Say("AT+CMGR=1\r").find("050003070303") != std::string::npos);
  CHECK(stage.Say("AT+CMGR=2\r").find("050003070301") != std::string::npos);
  CHECK(stage.Say("AT+CMGR=3\r").find("050003070301") != std::string::npos);
}

TEST_CASE("A full memory takes nothing until there is room") {
  Stage stage("storage SM 2; fill SM\nat 1s: inbound from 888 text \"hi\"\n",
              kStored);
  CHECK(stage.Wait(seconds(1)).empty());
  CHECK(stage.records.all.back().at("receipt") == "memory-full");
  CHECK_FALSE(stage.session.deadline());
  CHECK(stage.Say("AT+CMGD=2\r") == kOkLine + "\r\n+CMTI: \"SM\",2\r\n");
  CHECK(stage.records.all.back().at("receipt") == "taken");
}

TEST_CASE("What is not acknowledged comes again, and is no longer told") {
  Stage stage("at 1s: inbound from 888 text \"hi\"\n",
              "ATE0+CSMS=1;+CNMI=2,2,0,1,0\r");
  SECTION("acknowledged") {
    CHECK(stage.Wait(seconds(1)).starts_with("\r\n+CMT: ,"));
    CHECK(stage.Say("AT+CNMA\r") == kOkLine);
    CHECK(stage.Say("AT+CNMA\r") == "\r\n+CMS ERROR: 340\r\n");
    CHECK(stage.records.all.back().at("receipt") == "taken");
    CHECK_FALSE(stage.session.deadline());
  }
  SECTION("not in time") {
    stage.Wait(seconds(1));
    CHECK(stage.Wait(seconds(15)).empty());
    CHECK(stage.records.all.back().at("receipt") == "unacknowledged");
    CHECK(stage.Say("AT+CNMI?\r") == "\r\n+CNMI: 2,0,0,0,0\r\n\r\nOK\r\n");
    stage.Wait(seconds(30));
    CHECK(stage.records.all.back().at("receipt") == "taken");  // stored
  }
  SECTION("refused") {
    stage.Wait(seconds(1));
    CHECK(stage.Say("AT+CNMA=2\r") == kOkLine);
    CHECK(stage.records.all.back().at("receipt") == "refused");
  }
}

TEST_CASE("A status report comes where one was asked for") {
  SECTION("told") {
    Stage stage("", kTold);
    const std::string out = stage.SendAskingForReport();
    CHECK(out.starts_with("\r\n+CMGS: 0\r\n\r\nOK\r\n\r\n+CDS: 26\r\n"));
    CHECK(out.find("06000D91269816707009F1") != std::string::npos);
    CHECK(out.ends_with("00\r\n"));
  }
  SECTION("stored") {
    Stage stage("", kStored);
    CHECK(stage.SendAskingForReport().ends_with("\r\n+CDSI: \"SR\",1\r\n"));
    CHECK(stage.Say("AT+CPMS=\"SR\"\r") ==
          "\r\n+CPMS: 1,20,0,50,0,50\r\n\r\nOK\r\n");
    CHECK(stage.Say("AT+CMGR=1\r").starts_with("\r\n+CMGR: 0,,26\r\n"));
  }
  SECTION("not asked for") {
    Stage stage("", kTold);
    CHECK(stage.Send() == "\r\n+CMGS: 0\r\n\r\nOK\r\n");
  }
}

TEST_CASE("Status reports are late, twice, early, wrong or never there") {
  Stage stage(
      "on pdu #1: report temporary after 1s; report delivered after 60s\n"
      "on pdu #2: no report\n"
      "on pdu #3: report failed before reference 99 from +4911\n"
      "at 100s: report 70 for 5 to +62811\n",
      kTold);
  const std::string sent = "\r\n+CMGS: 0\r\n\r\nOK\r\n";
  CHECK(stage.SendAskingForReport() == sent);
  CHECK(stage.Wait(seconds(1)).ends_with("20\r\n"));
  CHECK(stage.Wait(seconds(58)).empty());
  CHECK(stage.Wait(seconds(1)).ends_with("00\r\n"));
  CHECK(stage.SendAskingForReport() == "\r\n+CMGS: 1\r\n\r\nOK\r\n");
  const std::string out = stage.SendAskingForReport();
  CHECK(out.starts_with("\r\n+CDS: "));
  CHECK(out.find("0663049194") != std::string::npos);
  CHECK(out.ends_with("46\r\n\r\n+CMGS: 2\r\n\r\nOK\r\n"));
  CHECK(stage.Wait(seconds(40)).find("06050591261801") == std::string::npos);
  CHECK(stage.records.Count("report") == 4);
}

TEST_CASE("USSD is answered as the script says, or not at all") {
  Stage stage(
      "on ussd *123#: ussd \"Rp 10.000\" after 2s\n"
      "on ussd *9*: ussd \"Choose\" status 1; in 5s ussd \"\xC3\x84h\" dcs "
      "72\n");
  CHECK(stage.Say("AT+CUSD=1,\"*123#\",15\r") == kOkLine);
  CHECK(stage.Wait(seconds(2)) == "\r\n+CUSD: 0,\"Rp 10.000\",15\r\n");
  CHECK(stage.Say("AT+CUSD=1,\"*99#\",15\r") ==
        kOkLine + "\r\n+CUSD: 1,\"Choose\",15\r\n");
  CHECK(stage.Wait(seconds(5)) == "\r\n+CUSD: 0,\"00C40068\",72\r\n");
  CHECK(stage.Say("AT+CUSD=1,\"*1#\",15\r") == kOkLine + "\r\n+CUSD: 4\r\n");
}

TEST_CASE("Several modems each have their own rules and counts") {
  Records records;
  Network network{Outcomes(), records};
  const auto script = ParseScript(
      "modem sim-1 on AT #1: silence\nmodem sim-* on AT #2: error\n", "x");
  REQUIRE(script);
  AtSession one({.name = "sim-1"}, network, Millis(0), *script);
  AtSession two({.name = "sim-2"}, network, Millis(0), *script);
  const Instant now{};
  const auto say = [&](AtSession& session) {
    session.Receive("ATE0\rAT\r", now);
    session.TakeOutput();
    session.Receive("AT\r", now);
    return session.TakeOutput();
  };
  CHECK(say(one) == kErrorLine);
  CHECK(say(two) == kErrorLine);
}

}  // namespace
}  // namespace smsweb::sim
