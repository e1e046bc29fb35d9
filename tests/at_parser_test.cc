// Bytes in, events out; every table is played in pieces of every size.
#include "common/modem/at_parser.h"

#include <string>
#include <vector>

#include "catch.h"
#include "common/modem/at_errors.h"

namespace smsweb {
namespace {

using Kind = AtEvent::Kind;

std::string Describe(const AtEvent& event) {
  switch (event.kind) {
    case Kind::kFinal:
      if (event.final == AtFinal::kOk) return "final OK";
      if (event.final == AtFinal::kError) return "final ERROR";
      return (event.final == AtFinal::kCmsError ? "final CMS " : "final CME ") +
             std::to_string(event.code);
    case Kind::kInformation:
      return "info " + event.text +
             (event.pdu.empty() ? "" : " | " + event.pdu);
    case Kind::kEcho:
      return "echo " + event.text;
    case Kind::kPrompt:
      return "prompt";
    case Kind::kUnsolicited:
      return "by itself " + event.text +
             (event.pdu.empty() ? "" : " | " + event.pdu);
    case Kind::kOverlong:
      return "overlong";
  }
  return "?";
}

using Lines = std::vector<std::string>;

// `piece` bytes at a time.
Lines Parse(std::string_view command, std::string_view bytes,
            std::size_t piece) {
  AtParser parser;
  if (!command.empty()) parser.ExpectAnswerTo(command);
  Lines lines;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    for (const AtEvent& event : parser.Feed(bytes.substr(0, piece))) {
      lines.push_back(Describe(event));
    }
  }
  return lines;
}

struct Case {
  std::string command;
  std::string bytes;
  Lines events;
};

void CheckAll(const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    for (std::size_t piece = 1; piece <= c.bytes.size(); ++piece) {
      INFO(c.command << " in pieces of " << piece << ": " << c.bytes);
      REQUIRE(Parse(c.command, c.bytes, piece) == c.events);
    }
  }
}

using namespace std::string_literals;

TEST_CASE("A final result ends the command that waits, in numbers or words") {
  CheckAll({
      {"AT", "\r\nOK\r\n", {"final OK"}},
      {"AT", "OK\r", {"final OK"}},
      {"AT+X", "\r\nERROR\r\n", {"final ERROR"}},
      {"AT+CMGS=4", "\r\n+CMS ERROR: 38\r\n", {"final CMS 38"}},
      {"AT+CMGS=4", "\r\n+CMS ERROR:38\r\n", {"final CMS 38"}},
      {"AT+CMGS=4", "\r\n+CMS ERROR: SIM busy\r\n", {"final CMS 314"}},
      {"AT+CMGS=4", "\r\n+CMS ERROR: what?\r\n", {"final CMS -1"}},
      {"AT+CPIN?", "\r\n+CME ERROR: 10\r\n", {"final CME 10"}},
      {"AT+CPIN?", "\r\n+CME ERROR: sim not inserted\r\n", {"final CME 10"}},
      {"AT+X", "\r\nCOMMAND NOT SUPPORT\r\n", {"final ERROR"}},
      {"AT+X", "\r\nTOO MANY PARAMETERS\r\n", {"final ERROR"}},
  });
}

TEST_CASE("A final result that nobody waits for came by itself") {
  CheckAll({
      {"", "\r\nOK\r\n", {"by itself OK"}},
      {"AT", "\r\nOK\r\n\r\nOK\r\n", {"final OK", "by itself OK"}},
  });
}

TEST_CASE("The end of a call is never a command's result") {
  CheckAll({
      {"AT+CMGS=4", "\r\nNO CARRIER\r\n", {"by itself NO CARRIER"}},
      {"AT+CMGS=4",
       "\r\nRING\r\n\r\nBUSY\r\n",
       {"by itself RING", "by itself BUSY"}},
  });
}

TEST_CASE("An information line begins with the command's name, or with none") {
  CheckAll({
      {"AT+CPIN?",
       "\r\n+CPIN: READY\r\n\r\nOK\r\n",
       {"info +CPIN: READY", "final OK"}},
      {"AT+CGSN",
       "\r\n490154203237518\r\n\r\nOK\r\n",
       {"info 490154203237518", "final OK"}},
      {"AT+CPIN?",
       "\r\n+CMTI: \"SM\",3\r\n\r\n+CPIN: READY\r\n\r\nOK\r\n",
       {"by itself +CMTI: \"SM\",3", "info +CPIN: READY", "final OK"}},
      {"AT^RSSI?", "\r\n^RSSI:21\r\n", {"info ^RSSI:21"}},
      {"AT+CPIN?", "\r\n^RSSI:21\r\n", {"by itself ^RSSI:21"}},
  });
}

TEST_CASE("A registration line is told from the answer to AT+CREG?") {
  CheckAll({
      {"AT+CREG?", "\r\n+CREG: 1,5\r\n", {"info +CREG: 1,5"}},
      {"AT+CREG?", "\r\n+CREG: 5\r\n", {"by itself +CREG: 5"}},
      {"AT+CREG?",
       "\r\n+CREG: 1,\"00C3\",\"01A2\"\r\n",
       {"by itself +CREG: 1,\"00C3\",\"01A2\""}},
      {"AT+CREG?",
       "\r\n+CREG: 2,1,\"00C3\",\"01A2\"\r\n",
       {"info +CREG: 2,1,\"00C3\",\"01A2\""}},
      {"AT+CREG=1",
       "\r\n+CREG: 1\r\n\r\nOK\r\n",
       {"info +CREG: 1", "final OK"}},
  });
}

TEST_CASE("A prompt needs no space, and comes as soon as it is there") {
  CheckAll({
      {"AT+CMGS=4", "\r\n> ", {"prompt"}},
      {"AT+CMGS=4", "\r\n>", {"prompt"}},
      {"AT+CMGS=4", ">", {"prompt"}},
      {"AT+CMGS=4",
       "\r\n> \r\n+CMGS: 5\r\n\r\nOK\r\n",
       {"prompt", "info +CMGS: 5", "final OK"}},
      {"AT+CMGS=4",
       "\r\n> +CMGS: 5\r\nOK\r\n",
       {"prompt", "info +CMGS: 5", "final OK"}},
  });
}

TEST_CASE("A '>' within a line is no prompt") {
  CheckAll({{"AT+X", "\r\n+X: a > b\r\n", {"info +X: a > b"}}});
}

TEST_CASE("Echo is told from answers") {
  CheckAll({
      {"ATE0", "ATE0\r\r\nOK\r\n", {"echo ATE0", "final OK"}},
      {"AT+CMGS=4", "AT+CMGS=4\r\r\n> ", {"echo AT+CMGS=4", "prompt"}},
  });
  AtParser parser;
  parser.ExpectAnswerTo("AT+CMGS=4");
  parser.ExpectEchoOf("0001000B");
  const auto events = parser.Feed("0001000B\x1A\r\n+CMGS: 5\r\n\r\nOK\r\n");
  REQUIRE(events.size() == 3);
  CHECK(events[0].kind == Kind::kEcho);
  CHECK(events[2].kind == Kind::kFinal);
}

TEST_CASE("A status report or message comes with its PDU line") {
  CheckAll({
      {"AT",
       "\r\n+CDS: 25\r\n0006AB\r\n\r\nOK\r\n",
       {"by itself +CDS: 25 | 0006AB", "final OK"}},
      {"", "\r\n+CMT: ,24\r\n07913E\r\n", {"by itself +CMT: ,24 | 07913E"}},
      // its PDU was lost
      {"AT", "\r\n+CDS: 25\r\nOK\r\n", {"final OK"}},
      {"AT+CMGS=4", "\r\n+CDS: 25\r\n> ", {"prompt"}},
      {"AT+CMGR=3",
       "\r\n+CMGR: 1,,3\r\n00112233\r\n\r\nOK\r\n",
       {"info +CMGR: 1,,3 | 00112233", "final OK"}},
      {"AT+CMGR=3",
       "\r\n+CMGR: 0,,0\r\n\r\nOK\r\n",
       {"info +CMGR: 0,,0", "final OK"}},
      {"AT+CMGL=4",
       "\r\n+CMGL: 1,1,,3\r\n00112233\r\n+CMGL: 2,0,,3\r\n"
       "+CMGL: 3,0,\"a,b\",4\r\n0011223344\r\n\r\nOK\r\n",
       {"info +CMGL: 1,1,,3 | 00112233", "info +CMGL: 2,0,,3",
        "info +CMGL: 3,0,\"a,b\",4 | 0011223344", "final OK"}},
  });
}

TEST_CASE("Lines may come between an announcement and its PDU") {
  CheckAll({
      {"AT+CMGR=3",
       "\r\n+CMGR: 1,,3\r\n\r\n+CMTI: \"SM\",4\r\n00112233\r\n\r\nOK\r\n",
       {"by itself +CMTI: \"SM\",4", "info +CMGR: 1,,3 | 00112233",
        "final OK"}},
      {"AT+CMGR=3",
       "\r\n+CMGR: 1,,3\r\n\r\n+CDS: 4\r\n0099887766\r\n00112233\r\nOK\r\n",
       {"by itself +CDS: 4 | 0099887766", "info +CMGR: 1,,3 | 00112233",
        "final OK"}},
      // a serial number is no PDU of 25 octets
      {"AT+CGSN",
       "\r\n+CDS: 25\r\nRING\r\n4901542032375180\r\nOK\r\n",
       {"by itself RING", "info 4901542032375180", "final OK"}},
  });
}

TEST_CASE("A USSD text may go on in other lines") {
  CheckAll({
      {"",
       "\r\n+CUSD: 0,\"one\r\n>two\",15\r\nRING\r\n",
       {"by itself +CUSD: 0,\"one\n>two\",15", "by itself RING"}},
      {"AT+CSQ",
       "\r\n+CUSD: 0,\"one\r\n\r\nOK\r\n",
       {"by itself +CUSD: 0,\"one", "final OK"}},
  });
}

TEST_CASE("Announcements without end are bounded") {
  AtParser parser;
  std::size_t events = 0;
  for (int i = 0; i < 10'000; ++i) events += parser.Feed("+CDS: 9\r\n").size();
  CHECK(events == 10'000 - AtParser::kMaxHeldBack);
}

TEST_CASE("NULs and noise around a line vanish") {
  CheckAll({
      {"AT", "\0\r\n\0O\0K\0\r\n"s, {"final OK"}},
      {"AT", "\xFF\xFE\r\n\xF0OK\x80\r\n", {"final OK"}},
      {"AT+CMGS=4", "\xFF\0> "s, {"prompt"}},
      {"AT", "\r\n  OK  \r\n", {"final OK"}},
      {"AT", "\r\r\n\n\n", {}},
  });
}

TEST_CASE("An overlong line is dropped, and the next one is whole") {
  const std::string flood(AtParser::kMaxLine + 1, 'x');
  AtParser parser;
  parser.ExpectAnswerTo("AT");
  const auto events = parser.Feed(flood + flood + "OK\r\nOK\r\n");
  REQUIRE(events.size() == 2);
  CHECK(events[0].kind == Kind::kOverlong);
  CHECK(events[1].kind == Kind::kFinal);
}

TEST_CASE("Numbers are read from parameter lists, and from nothing else") {
  CHECK(AtNumber("+CMGS: 5") == 5);
  CHECK(AtNumber("+CMGS:5,\"x\"") == 5);
  CHECK(AtNumber("+CREG: 2,1,\"00C3\"", 1) == 1);
  for (const char* line : {"", "+CMGS:", "+CMGS: x", "+CMGS: 5x", "5",
                           "+CMGS: 99999999999", "+CREG: \"1\""}) {
    INFO(line);
    CHECK_FALSE(AtNumber(line).has_value());
  }
  CHECK_FALSE(AtNumber("+CREG: 1", 1).has_value());
  CHECK(AtText("+COPS: 0,0,\"A, B\",7", 2) == "A, B");
  CHECK(AtText("+CPMS: \"SM\",3,10") == "SM");
  CHECK(AtText("+CPMS: \"SM\"", 4).empty());
}

TEST_CASE("Equipment errors have their counterparts among the message errors") {
  CHECK(CmsFromCme(10) == 310);
  CHECK(CmsFromCme(14) == 314);
  CHECK(CmsFromCme(4) == 303);
  CHECK(CmsFromCme(20) == 322);
  CHECK(CmsFromCme(30) == 331);
  CHECK(CmsFromCme(31) == 332);
  CHECK(CmsFromCme(100) == kNoCode);
  for (const int cme : {3, 4, 10, 13, 14, 15, 20, 30, 31}) {
    INFO(cme);
    CHECK(CmsErrorCode(CmeErrorName(cme)) == CmsFromCme(cme));
  }
}

}  // namespace
}  // namespace smsweb
