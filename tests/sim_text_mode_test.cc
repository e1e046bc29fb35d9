// Stored messages of the simulated modem: what text mode shows of them, and how
// they are written and sent from storage.
#include <string>
#include <vector>

#include "catch.h"
#include "sim/at_session.h"
#include "sim/network.h"
#include "sim/script.h"

namespace smsweb::sim {
namespace {

const std::string kOkLine = "\r\nOK\r\n";
const std::string kErrorLine = "\r\nERROR\r\n";

class NoRecords final : public RecordSink {
 public:
  Result<void> Write(std::string_view) override { return {}; }
};

struct Stage {
  explicit Stage(const std::string& setup, std::string_view script = "") {
    Say("ATE0\r");
    Say(setup);
    const auto parsed = ParseScript(script, "test.txt");
    REQUIRE(parsed.has_value());
    session.Obey(*parsed, now);
    session.Advance(now);
  }
  std::string Say(std::string_view bytes) {
    session.Receive(bytes, now);
    return session.TakeOutput();
  }
  std::string Wait(Millis time) {
    now.mono += time;
    now.wall += time;
    session.Advance(now);
    return session.TakeOutput();
  }

  NoRecords records;
  Network network{Outcomes(), records};
  Instant now{std::chrono::sys_days(std::chrono::year(2026) / 11 / 23),
              MonoTime(std::chrono::hours(1))};
  AtSession session{{}, network};
};

struct Line {
  std::string says;
  std::string answers;
};

void Hold(Stage& stage, const std::vector<Line>& conversation) {
  for (const Line& line : conversation) {
    CAPTURE(line.says);
    CHECK(stage.Say(line.says) == line.answers);
  }
}

TEST_CASE("Text mode shows who, when and what") {
  Stage stage("AT+CMGF=1\r",
              "inbound from +62811 text \"it's 5\"\n"
              "inbound from +62812 text \"\xD0\xAF\"\n");
  Hold(stage,
       {{"AT+CMGR=1\r",
         "\r\n+CMGR: \"REC UNREAD\",\"+62811\",,\"26/11/23,00:00:00+00\"\r\n"
         "it's 5\r\n\r\nOK\r\n"},
        // UCS-2 is shown in hexadecimal digits
        {"AT+CMGL=\"REC UNREAD\"\r",
         "\r\n+CMGL: 2,\"REC UNREAD\",\"+62812\",,\"26/11/23,00:00:00+00\"\r\n"
         "042F\r\n\r\nOK\r\n"},
        {"AT+CSDH=1\r", kOkLine},
        {"AT+CMGR=1\r",
         "\r\n+CMGR: \"REC READ\",\"+62811\",,\"26/11/23,00:00:00+00\",145,4,0,"
         "0,\"+628999000001\",145,6\r\nit's 5\r\n\r\nOK\r\n"},
        {"AT+CMGL=\"REC READ\"\r",
         "\r\n+CMGL: 1,\"REC READ\",\"+62811\",,\"26/11/23,00:00:00+00\",145,6"
         "\r\nit's 5\r\n+CMGL: 2,\"REC READ\",\"+62812\",,\"26/11/23,00:00:00+"
         "00\",145,2\r\n042F\r\n\r\nOK\r\n"}});
}

TEST_CASE("Text comes in the character set that was chosen") {
  Stage stage("AT+CMGF=1\r", "inbound from +62811 text \"\xE2\x82\xAC 5\"\n");
  CHECK(stage.Say("AT+CMGR=1\r").ends_with("\r\n? 5\r\n\r\nOK\r\n"));
  stage.Say("AT+CSCS=\"GSM\"\r");
  CHECK(stage.Say("AT+CMGR=1\r")
            .ends_with("\r\n\x1B"
                       "e 5\r\n\r\nOK\r\n"));
  stage.Say("AT+CSCS=\"UCS2\"\r");
  const std::string out = stage.Say("AT+CMGR=1\r");
  CHECK(out.find("\"002B00360032003800310031\"") != std::string::npos);
  CHECK(out.ends_with("\r\n20AC00200035\r\n\r\nOK\r\n"));
}

TEST_CASE("What is told at once is told in text, too") {
  Stage stage("AT+CMGF=1;+CNMI=2,2,0,1,0;+CSMP=49,167,0,0\r",
              "at 1s: inbound from +62811 text \"hi\"\n");
  CHECK(stage.Wait(Millis(1000)) ==
        "\r\n+CMT: \"+62811\",,\"26/11/23,00:00:01+00\"\r\nhi\r\n");
  stage.Say("AT+CMGS=\"+62811\"\r");
  CHECK(stage.Say("x\x1A").ends_with(
      "\r\n+CDS: 6,0,\"+62811\",145,\"26/11/23,00:00:01+00\","
      "\"26/11/23,00:00:01+00\",0\r\n"));
}

TEST_CASE("A message is written, read, and sent from where it stands") {
  Stage stage("AT+CMGF=1\r");
  Hold(stage,
       {{"AT+CMGW=\"+62811\"\r", "\r\n> "},
        {"later\x1A", "\r\n+CMGW: 1\r\n\r\nOK\r\n"},
        {"AT+CMGW=\"+62811\",145,\"STO SENT\"\r", "\r\n> "},
        {"\x1B", kOkLine},
        {"AT+CMGL=\"ALL\"\r",
         "\r\n+CMGL: 1,\"STO UNSENT\",\"+62811\",,\r\nlater\r\n\r\nOK\r\n"},
        {"AT+CMGR=1\r",
         "\r\n+CMGR: \"STO UNSENT\",\"+62811\",\r\nlater\r\n\r\nOK\r\n"},
        {"AT+CMSS=1\r", "\r\n+CMSS: 0\r\n\r\nOK\r\n"},
        {"AT+CMGL=\"STO SENT\"\r",
         "\r\n+CMGL: 1,\"STO SENT\",\"+62811\",,\r\nlater\r\n\r\nOK\r\n"},
        {"AT+CMSS=1,\"+62812\"\r", "\r\n+CMSS: 1\r\n\r\nOK\r\n"},
        {"AT+CMSS=2\r", "\r\n+CMS ERROR: 321\r\n"},
        {"AT+CMSS\r", kErrorLine},
        {"AT+CMSS=1;+CSQ\r", "\r\n+CMS ERROR: 302\r\n"}});
}

TEST_CASE("In PDU mode a message is written as <stat> says") {
  constexpr const char* kSubmit = "0001000D91269816707009F1000005E8329BFD06";
  constexpr const char* kDeliver =
      "000405912618F1000062113200000000"
      "02E834";
  Stage stage("AT+CMGF=0\r");
  Hold(stage, {{"AT+CMGW=19\r", "\r\n> "},
               {std::string(kSubmit) + "\x1A", "\r\n+CMGW: 1\r\n\r\nOK\r\n"},
               {"AT+CMGW=18,1\r", "\r\n> "},
               {std::string(kDeliver) + "\x1A", "\r\n+CMGW: 2\r\n\r\nOK\r\n"},
               {"AT+CMGW=19,7\r", kErrorLine},
               {"AT+CMGR=2\r", "\r\n+CMGR: 1,,18\r\n" + std::string(kDeliver) +
                                   "\r\n\r\nOK\r\n"},
               // what was received is not sent
               {"AT+CMSS=2\r", "\r\n+CMS ERROR: 302\r\n"},
               {"AT+CMSS=1\r", "\r\n+CMSS: 0\r\n\r\nOK\r\n"},
               {"AT+CMGW=19\r", "\r\n> "},
               {"00\x1A", "\r\n+CMS ERROR: 304\r\n"}});
}

TEST_CASE("There is no room in a full memory") {
  Stage stage("AT+CMGF=1\r", "fill SM\n");
  Hold(stage, {{"AT+CMGW=\"+62811\"\r", "\r\n> "},
               {"x\x1A", "\r\n+CMS ERROR: 322\r\n"}});
}

TEST_CASE("A message from storage takes its time and the script's rules") {
  Stage stage("AT+CMGF=1\r", "on pdu #1: cms 38\n");
  stage.Say("AT+CMGW=\"+62811\"\r");
  stage.Say("x\x1A");
  CHECK(stage.Say("AT+CMSS=1\r") == "\r\n+CMS ERROR: 38\r\n");
  CHECK(stage.Say("AT+CMGL=\"STO UNSENT\"\r").starts_with("\r\n+CMGL: 1"));
  CHECK(stage.Say("AT+CMSS=1\r") == "\r\n+CMSS: 0\r\n\r\nOK\r\n");
}

}  // namespace
}  // namespace smsweb::sim
