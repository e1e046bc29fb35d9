// The modem that the simulator is, as conversations: what the host writes, and
// what it reads.
#include <string>

#include "catch.h"
#include "sim/at_session.h"

namespace smsweb::sim {
namespace {

constexpr const char* kPdu = "0001000D91269816707009F1000005E8329BFD06";

class FakeAir final : public Air {
 public:
  bool GivesPrompt() override { return prompts; }
  Answer Carry(const Transmission& sent, const Instant&) override {
    texts.push_back(sent.submit.data.Text());
    recipients.push_back(ToString(sent.submit.recipient));
    smscs.emplace_back(sent.smsc);
    return answer;
  }

  bool prompts = true;
  Answer answer;
  std::vector<std::string> texts;
  std::vector<std::string> recipients;
  std::vector<std::string> smscs;
};

struct Modem {
  explicit Modem(ModemOptions options = {}, Millis send_time = Millis(0))
      : session(std::move(options), air, send_time) {}

  std::string Say(std::string_view bytes) {
    session.Receive(bytes, now);
    return session.TakeOutput();
  }
  void Wait(Millis time) {
    now.mono += time;
    now.wall += time;
    session.Advance(now);
  }

  FakeAir air;
  AtSession session;
  Instant now{std::chrono::sys_days(std::chrono::year(2026) / 11 / 23),
              MonoTime(std::chrono::hours(1))};
};

ModemOptions Locked() {
  ModemOptions options;
  options.pin = "1234";
  return options;
}

struct Line {
  std::string says;
  std::string answers;
};
using Conversation = std::vector<Line>;

void Hold(Modem& modem, const Conversation& conversation) {
  for (const Line& line : conversation) {
    CAPTURE(line.says);
    CHECK(modem.Say(line.says) == line.answers);
  }
}

const std::string kOkLine = "\r\nOK\r\n";
const std::string kErrorLine = "\r\nERROR\r\n";

TEST_CASE("It echoes until ATE0, and again from ATE1") {
  Modem modem;
  Hold(modem, {{"AT\r", "AT\r\r\nOK\r\n"},
               {"ATE0\r", "ATE0\r\r\nOK\r\n"},
               {"AT\r", kOkLine},
               {"ATE1\r", kOkLine},
               {"AT\r", "AT\r\r\nOK\r\n"}});
}

TEST_CASE("It echoes each byte as it comes") {
  Modem modem;
  Hold(modem, {{"A", "A"}, {"T", "T"}, {"\r", "\r\r\nOK\r\n"}});
}

TEST_CASE("What it does not know gets ERROR, never silence") {
  Modem modem;
  modem.Say("ATE0\r");
  for (const char* command :
       {"AT+FOO", "AT+CRSM=178,28486,1,4,17", "AT^SYSINFO", "ATB", "AT+CMGF=2",
        "AT+CMGF=x", "AT+CMGF=0,0", "AT+CSQ=1", "AT+", "ATE2",
        "AT+CMEE=\"1\""}) {
    CAPTURE(command);
    CHECK(modem.Say(std::string(command) + "\r") == kErrorLine);
  }
}

TEST_CASE("A line stops at the first command that fails") {
  Modem modem;
  Hold(modem, {{"ATE0\r", "ATE0\r\r\nOK\r\n"},
               {"AT+CSQ;+FOO;+CMGF=1\r", "\r\n+CSQ: 24,99\r\n\r\nERROR\r\n"},
               {"AT+CMGF?\r", "\r\n+CMGF: 0\r\n\r\nOK\r\n"}});
}

TEST_CASE("Line feeds, stray zeros and noise before AT do no harm") {
  Modem modem;
  modem.Say("ATE0\r");
  const std::string zeros("\0\0AT\0\r", 6);
  Hold(modem, {{"\nAT\r", kOkLine},
               {zeros, kOkLine},
               {"\r\n\r\nAT\r", kOkLine},
               {"\x7F\x80garbageAT\r", kOkLine},
               {"nothing of ours\r", ""},
               {"AX\bT\r", kOkLine},
               {"at+csq\r", "\r\n+CSQ: 24,99\r\n\r\nOK\r\n"},
               {"A/", "\r\n+CSQ: 24,99\r\n\r\nOK\r\n"}});
}

TEST_CASE("ATV0 answers in digits, ATQ1 with nothing, ATZ as at first") {
  Modem modem;
  Hold(modem, {{"ATE0V0\r", "ATE0V0\r0\r"},
               {"AT\r", "0\r"},
               {"AT+FOO\r", "4\r"},
               {"AT+CSQ\r", "+CSQ: 24,99\r\n0\r"},
               {"ATV1Q1\r", ""},
               {"AT\r", ""},
               {"ATZ\r", kOkLine},
               {"AT\r", "AT\r\r\nOK\r\n"}});
}

TEST_CASE("It says who it is") {
  Modem modem;
  Hold(modem, {{"ATE0\r", "ATE0\r\r\nOK\r\n"},
               {"AT+CGMI\r", "\r\nsmsweb\r\n\r\nOK\r\n"},
               {"AT+CGMM\r", "\r\nsmsweb-sim\r\n\r\nOK\r\n"},
               {"AT+CGMR\r", "\r\n1.0\r\n\r\nOK\r\n"},
               {"AT+CGSN\r", "\r\n359999000000000\r\n\r\nOK\r\n"},
               {"AT+CIMI\r", "\r\n001010000000001\r\n\r\nOK\r\n"}});
}

TEST_CASE("The read and test forms answer as the specifications say") {
  Modem modem;
  modem.Say("ATE0\r");
  const std::pair<const char*, const char*> rows[] = {
      {"AT+CPIN?", "+CPIN: READY"},
      {"AT+CREG?", "+CREG: 0,1"},
      {"AT+CREG=2;+CREG?", "+CREG: 2,1,\"0001\",\"00000001\",7"},
      {"AT+CEREG?", "+CEREG: 0,1"},
      {"AT+CGREG=?", "+CGREG: (0-2)"},
      {"AT+COPS?", "+COPS: 0,0,\"smsweb\",7"},
      {"AT+COPS=3,2;+COPS?", "+COPS: 0,2,\"00101\",7"},
      {"AT+CMEE=?", "+CMEE: (0-2)"},
      {"AT+CSCA?", "+CSCA: \"+628999000001\",145"},
      {"AT+CSCA=\"+62811\",145;+CSCA?", "+CSCA: \"+62811\",145"},
      {"AT+CSMS=?", "+CSMS: (0,1)"},
      {"AT+CSMS=1", "+CSMS: 1,1,1"},
      {"AT+CNMI=2,1,0,1,0;+CNMI?", "+CNMI: 2,1,0,1,0"},
      {"AT+CPMS=\"ME\"", "+CPMS: 0,50,0,50,0,50"},
      {"AT+CPMS?", "+CPMS: \"ME\",0,50,\"SM\",0,50,\"SM\",0,50"},
      {"AT+CMMS=2;+CMMS?", "+CMMS: 2"},
      {"AT+CFUN?", "+CFUN: 1"},
      {"AT+CLIP=1;+CLIP?", "+CLIP: 1,1"},
      {"AT+CSCS=\"UCS2\";+CSCS?", "+CSCS: \"0055004300530032\""},
      {"AT+COPS=3,0;+COPS?", "+COPS: 0,0,\"0073006D0073007700650062\",7"},
  };
  for (const auto& [command, line] : rows) {
    CAPTURE(command);
    CHECK(modem.Say(std::string(command) + "\r") ==
          "\r\n" + std::string(line) + "\r\n" + kOkLine);
  }
}

TEST_CASE("Storage is empty, and says so") {
  Modem modem;
  modem.Say("ATE0+CMEE=1\r");
  Hold(modem, {{"AT+CMGL=4\r", kOkLine},
               {"AT+CMGL=\"ALL\"\r", "\r\n+CMS ERROR: 304\r\n"},
               {"AT+CMGR=1\r", "\r\n+CMS ERROR: 321\r\n"},
               {"AT+CMGD=1\r", kOkLine},
               {"AT+CMGD=51\r", "\r\n+CMS ERROR: 321\r\n"},
               {"AT+CMGD=1,4\r", kOkLine},
               {"AT+CNMA\r", "\r\n+CMS ERROR: 340\r\n"},
               {"AT+CMGF=1\r", kOkLine},
               {"AT+CMGL=\"ALL\"\r", kOkLine},
               {"AT+CMGL=4\r", "\r\n+CMS ERROR: 305\r\n"}});
}

TEST_CASE("A message gets its prompt, its reference and its OK") {
  Modem modem;
  modem.Say("ATE0\r");
  Hold(modem, {{"AT+CMGS=19\r", "\r\n> "},
               {kPdu, ""},
               {"\x1a", "\r\n+CMGS: 0\r\n\r\nOK\r\n"}});
  CHECK(modem.air.texts == std::vector<std::string>{"hello"});
  CHECK(modem.air.recipients == std::vector<std::string>{"+6289610707901"});
  CHECK(modem.air.smscs == std::vector<std::string>{"+628999000001"});
}

TEST_CASE("A message is echoed too, but for its Ctrl-Z") {
  Modem modem;
  modem.Say("AT+CMGS=19\r");
  CHECK(modem.Say(std::string(kPdu) + "\x1a") ==
        std::string(kPdu) + "\r\n+CMGS: 0\r\n\r\nOK\r\n");
}

TEST_CASE("References wrap at 255") {
  Modem modem;
  modem.Say("ATE0\r");
  std::string answer;
  for (int i = 0; i < 257; ++i) {
    modem.Say("AT+CMGS=19\r");
    answer = modem.Say(std::string(kPdu) + "\x1a");
    if (i == 255) CHECK(answer == "\r\n+CMGS: 255\r\n\r\nOK\r\n");
  }
  CHECK(answer == "\r\n+CMGS: 0\r\n\r\nOK\r\n");
}

struct RefusedPdu {
  const char* what;
  std::string length;
  std::string pdu;
};

const RefusedPdu kRefusedPdus[] = {
    {"one too few", "18", kPdu},
    {"one too many", "20", kPdu},
    {"not hexadecimal", "19", std::string(kPdu).replace(4, 1, "x")},
    {"an odd digit", "19", std::string(kPdu) + "0"},
    {"nothing", "19", ""},
    {"the text in text mode's way", "19", "hello"},
    {"a deliver", "19", std::string(kPdu).replace(2, 2, "00")},
    {"text cut short", "18", std::string(kPdu, 38)},
};

TEST_CASE("A PDU that is not what AT+CMGS announced is refused with 304") {
  for (const auto& row : kRefusedPdus) {
    CAPTURE(row.what);
    Modem modem;
    modem.Say("ATE0\r");
    CHECK(modem.Say("AT+CMGS=" + row.length + "\r") == "\r\n> ");
    CHECK(modem.Say(row.pdu + "\x1a") == "\r\n+CMS ERROR: 304\r\n");
    CHECK(modem.air.texts.empty());
    CHECK(modem.Say("AT\r") == kOkLine);
  }
}

TEST_CASE("AT+CMGS with parameters of the other mode gets no prompt") {
  Modem modem;
  modem.Say("ATE0\r");
  Hold(modem, {{"AT+CMGS=\"+62811\"\r", "\r\n+CMS ERROR: 304\r\n"},
               {"AT+CMGS=7\r", "\r\n+CMS ERROR: 304\r\n"},
               {"AT+CMGS=165\r", "\r\n+CMS ERROR: 304\r\n"},
               {"AT+CMGS=19,1\r", "\r\n+CMS ERROR: 304\r\n"},
               {"AT+CMGS\r", kErrorLine},
               {"AT+CMGS?\r", kErrorLine},
               {"AT+CMGS=\r", kErrorLine},
               {"AT+CMGS=?\r", kOkLine},
               {"AT+CMGS=19;+CSQ\r", "\r\n+CMS ERROR: 302\r\n"},
               {"AT+CMGF=1\r", kOkLine},
               {"AT+CMGS=19\r", "\r\n+CMS ERROR: 305\r\n"}});
}

TEST_CASE("ESC gives the message up") {
  Modem modem;
  modem.Say("ATE0\r");
  Hold(modem,
       {{"AT+CMGS=19\r", "\r\n> "}, {"0001\x1b", kOkLine}, {"AT\r", kOkLine}});
  CHECK(modem.air.texts.empty());
}

TEST_CASE("Text mode sends in the character set that was chosen") {
  Modem modem;
  modem.Say("ATE0+CMGF=1\r");
  Hold(modem,
       {{"AT+CMGS=\"+62811\"\r", "\r\n> "},
        {"one\rtwo\x1a", "\r\n> \r\n+CMGS: 0\r\n\r\nOK\r\n"},
        {"AT+CMGS=\"62811\",145\r", "\r\n> "},
        {"x\by\x1a", "\r\n+CMGS: 1\r\n\r\nOK\r\n"},
        {"AT+CSCS=\"GSM\"\r", kOkLine},
        {"AT+CMGS=\"811\"\r", "\r\n> "},
        {std::string("\x02 \x11") + "\x1a", "\r\n+CMGS: 2\r\n\r\nOK\r\n"},
        {"AT+CSCS=\"UCS2\"\r", kOkLine},
        {"AT+CMGS=\"002B00360032\"\r", "\r\n> "},
        {"042F\x1a", "\r\n+CMGS: 3\r\n\r\nOK\r\n"}});
  CHECK(modem.air.texts ==
        std::vector<std::string>{"one\ntwo", "y", "$ _", "Я"});
  CHECK(modem.air.recipients ==
        std::vector<std::string>{"+62811", "+62811", "811", "+62"});
}

TEST_CASE("A text too long for one message is refused with 305") {
  Modem modem;
  modem.Say("ATE0+CMGF=1\r");
  modem.Say("AT+CMGS=\"+62811\"\r");
  CHECK(modem.Say(std::string(161, 'a') + "\x1a") == "\r\n+CMS ERROR: 305\r\n");
}

TEST_CASE("A locked SIM wants its PIN before anything is sent") {
  Modem modem(Locked());
  modem.Say("ATE0+CMEE=1\r");
  Hold(modem, {{"AT+CPIN?\r", "\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n"},
               {"AT+CIMI\r", "\r\n+CME ERROR: 11\r\n"},
               {"AT+CREG?\r", "\r\n+CREG: 0,0\r\n\r\nOK\r\n"},
               {"AT+CMGS=19\r", "\r\n+CMS ERROR: 311\r\n"},
               {"AT+CPIN=\"0000\"\r", "\r\n+CME ERROR: 16\r\n"},
               {"AT+CPINR\r", "\r\n+CPINR: SIM PIN,2,3\r\n\r\nOK\r\n"},
               {"AT+CPIN=\"1234\"\r", kOkLine},
               {"AT+CPIN?\r", "\r\n+CPIN: READY\r\n\r\nOK\r\n"},
               {"AT+CPIN=\"1234\"\r", "\r\n+CME ERROR: 3\r\n"},
               {"AT+CMGS=19\r", "\r\n> "}});
}

TEST_CASE("The third wrong PIN leaves a SIM that wants its PUK") {
  Modem modem(Locked());
  modem.Say("ATE0+CMEE=1\r");
  Hold(modem, {{"AT+CPIN=1\r", "\r\n+CME ERROR: 16\r\n"},
               {"AT+CPIN=2\r", "\r\n+CME ERROR: 16\r\n"},
               {"AT+CPIN=3\r", "\r\n+CME ERROR: 16\r\n"},
               {"AT+CPIN?\r", "\r\n+CPIN: SIM PUK\r\n\r\nOK\r\n"},
               {"AT+CPIN=\"1234\"\r", "\r\n+CME ERROR: 12\r\n"},
               {"AT+CFUN=1,1\r", kOkLine},
               {"AT+CPIN?\r", "AT+CPIN?\r\r\n+CPIN: SIM PUK\r\n\r\nOK\r\n"},
               {"AT+CMGS=19\r", "AT+CMGS=19\r\r\n+CMS ERROR: 316\r\n"}});
}

TEST_CASE("Without a SIM, and without a network, it says which") {
  ModemOptions no_sim;
  no_sim.sim_present = false;
  Modem without_sim(no_sim);
  Hold(without_sim, {{"ATE0+CMEE=1\r", "ATE0+CMEE=1\r\r\nOK\r\n"},
                     {"AT+CPIN?\r", "\r\n+CME ERROR: 10\r\n"},
                     {"AT+CMGS=19\r", "\r\n+CMS ERROR: 310\r\n"}});
  ModemOptions alone;
  alone.registered = false;
  Modem unregistered(alone);
  Hold(unregistered, {{"ATE0\r", "ATE0\r\r\nOK\r\n"},
                      {"AT+CREG?\r", "\r\n+CREG: 0,0\r\n\r\nOK\r\n"},
                      {"AT+CSQ\r", "\r\n+CSQ: 99,99\r\n\r\nOK\r\n"},
                      {"AT+CMGS=19\r", "\r\n+CMS ERROR: 331\r\n"}});
}

TEST_CASE("With the radio off there is no network") {
  Modem modem;
  modem.Say("ATE0\r");
  Hold(modem, {{"AT+CFUN=4\r", kOkLine},
               {"AT+CMGS=19\r", "\r\n+CMS ERROR: 331\r\n"},
               {"AT+CFUN=1\r", kOkLine},
               {"AT+CMGS=19\r", "\r\n> "}});
}

TEST_CASE("Errors are told as +CMEE says") {
  const std::pair<const char*, Conversation> rows[] = {
      {"0",
       {{"AT+CIMI\r", "\r\nERROR\r\n"},
        {"AT+CMGS=19\r", "\r\n+CMS ERROR: 311\r\n"}}},
      {"1",
       {{"AT+CIMI\r", "\r\n+CME ERROR: 11\r\n"},
        {"AT+CMGS=19\r", "\r\n+CMS ERROR: 311\r\n"}}},
      {"2",
       {{"AT+CIMI\r", "\r\n+CME ERROR: SIM PIN required\r\n"},
        {"AT+CMGS=19\r", "\r\n+CMS ERROR: SIM PIN required\r\n"}}},
  };
  for (const auto& [level, conversation] : rows) {
    Modem modem(Locked());
    modem.Say("ATE0+CMEE=" + std::string(level) + "\r");
    Hold(modem, conversation);
  }
}

TEST_CASE("Without any SMSC there is nowhere to send to") {
  Modem modem;
  modem.Say("ATE0+CSCA=\"\"\r");
  modem.Say("AT+CMGS=19\r");
  CHECK(modem.Say(std::string(kPdu) + "\x1a") == "\r\n+CMS ERROR: 330\r\n");
}

TEST_CASE("What the network decides reaches the host") {
  struct Row {
    Answer answer;
    const char* said;
  };
  for (const Row& row :
       {Row{{Answer::Kind::kRefused, 38}, "\r\n+CMS ERROR: 38\r\n"},
        Row{{Answer::Kind::kLost, 0}, ""}, Row{{Answer::Kind::kNone, 0}, ""}}) {
    Modem modem;
    modem.air.answer = row.answer;
    modem.Say("ATE0\r");
    modem.Say("AT+CMGS=19\r");
    CHECK(modem.Say(std::string(kPdu) + "\x1a") == row.said);
    CHECK(modem.Say("AT\r") == kOkLine);
  }
}

TEST_CASE("A prompt that never comes leaves a modem that takes commands") {
  Modem modem;
  modem.air.prompts = false;
  modem.Say("ATE0\r");
  Hold(modem, {{"AT+CMGS=19\r", ""}, {"\x1b", ""}, {"AT\r", kOkLine}});
}

TEST_CASE("A message takes its time, and what comes meanwhile waits") {
  Modem modem({}, Millis(3000));
  modem.Say("ATE0\r");
  modem.Say("AT+CMGS=19\r");
  CHECK(modem.Say(std::string(kPdu) + "\x1a") == "");
  REQUIRE(modem.session.deadline());
  CHECK(*modem.session.deadline() == modem.now.mono + Millis(3000));
  CHECK(modem.Say("AT+CSQ\r") == "");
  modem.Wait(Millis(2999));
  CHECK(modem.session.TakeOutput() == "");
  CHECK(modem.air.texts.empty());
  modem.Wait(Millis(1));
  CHECK(modem.session.TakeOutput() ==
        "\r\n+CMGS: 0\r\n\r\nOK\r\n\r\n+CSQ: 24,99\r\n\r\nOK\r\n");
  CHECK_FALSE(modem.session.deadline());
}

TEST_CASE("A conversation cut at any byte is the same conversation") {
  const std::string said =
      "\nATE0;+CMEE=1\rAT+CMGS=19\r" + std::string(kPdu) + "\x1a" + "AT+CSQ\r";
  Modem whole;
  const std::string answer = whole.Say(said);
  for (std::size_t cut = 0; cut <= said.size(); ++cut) {
    Modem modem;
    std::string parts = modem.Say(said.substr(0, cut));
    parts += modem.Say(said.substr(cut));
    CHECK(parts == answer);
  }
}

TEST_CASE("A flood without an end of line is bounded and harmless") {
  Modem modem;
  modem.Say("ATE0\r");
  for (int i = 0; i < 100; ++i) modem.Say("AT" + std::string(1000, '+'));
  CHECK(modem.Say("\r") == kErrorLine);
  CHECK(modem.Say("AT\r") == kOkLine);
}

}  // namespace
}  // namespace smsweb::sim
