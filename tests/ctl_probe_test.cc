// smsweb modem probe, with a modem, a line and a clock of the test's.
#include <map>
#include <string>
#include <vector>

#include "catch.h"
#include "common/profile/profile.h"
#include "ctl/modem_probe.h"

namespace smsweb::ctl {
namespace {

using std::chrono::seconds;

// Answers commands from a table, at one speed; what is not in it gets ERROR.
struct FakeModem {
  int baud = 115200;
  bool mute = false;
  std::map<std::string, std::string> answers = {
      {"AT", ""},
      {"ATE0", ""},
      {"AT+CMEE=1", ""},
      {"AT+CGMI", "Quectel"},
      {"AT+CGMM", "EC25"},
      {"AT+CGMR", "EC25EFAR06A01M4G"},
      {"AT+CGSN", "867698041234560"},
      {"AT+CPIN?", "+CPIN: READY"},
      {"AT+CREG?", "+CREG: 0,5"},
      {"AT+COPS?", "+COPS: 0,0,\"TELKOMSEL\",7"},
      {"AT+CSQ", "+CSQ: 20,99"},
      {"AT+CSCA?", "+CSCA: \"+62811000000\",145"},
      {"AT+CMGF=?", "+CMGF: (0,1)"},
      {"AT+CNMI=?", "+CNMI: (0-2),(0-3),(0,2),(0-2),(0,1)"}};
  std::string written;
  std::string line;
  std::string unread;
};

class FakeLine final : public Line {
 public:
  FakeLine(FakeModem& modem, int baud) : modem_(modem), baud_(baud) {}
  int fd() const override { return 3; }
  Result<std::size_t> Read(std::span<char> buffer) override {
    const auto count = modem_.unread.copy(buffer.data(), buffer.size());
    modem_.unread.erase(0, count);
    return count;
  }
  Result<std::size_t> Write(std::string_view bytes) override {
    modem_.written += bytes;
    if (modem_.mute || baud_ != modem_.baud) return bytes.size();
    for (const char c : bytes) {
      if (c == '\r') {
        Obey();
      } else if (c != '\x1B') {
        modem_.line += c;
      }
    }
    return bytes.size();
  }

 private:
  void Obey() {
    const std::string command = std::exchange(modem_.line, {});
    if (command.empty()) return;
    const auto found = modem_.answers.find(command);
    modem_.unread += "\r\n";
    if (found == modem_.answers.end()) {
      modem_.unread += "ERROR\r\n";
    } else if (found->second.find("ERROR") != std::string::npos) {
      modem_.unread += found->second + "\r\n";
    } else if (found->second.empty()) {
      modem_.unread += "OK\r\n";
    } else {
      modem_.unread += found->second + "\r\n\r\nOK\r\n";
    }
  }
  FakeModem& modem_;
  const int baud_;
};

struct ProbeFixture {
  Outcome Probe(const ModemProbeOptions& options) {
    return ProbeModem(
        options,
        {.open = [this](const std::string& device, const SerialSettings& s)
             -> Result<std::unique_ptr<Line>> {
           if (!refusal.empty()) {
             return smsweb::Fail(ErrorKind::kUnavailable,
                                 device + ": " + refusal);
           }
           bauds.push_back(s.baud);
           return std::make_unique<FakeLine>(modem, s.baud);
         },
         .list = [this] { return ports; },
         .clock = clock,
         .wait =
             [this](int, short, Millis limit) {
               if (modem.unread.empty()) clock.Advance(limit);
             },
         .progress = [this](std::string_view line) { said += line; },
         .by_id = [this](const std::string&) { return by_id; },
         .profiles = *profiles});
  }
  Report MustProbe(const ModemProbeOptions& options) {
    auto outcome = Probe(options);
    REQUIRE(outcome.has_value());
    return *outcome;
  }
  FakeModem modem;
  ManualClock clock;
  std::string refusal;
  std::string by_id = "/dev/serial/by-id/usb-Quectel-if02";
  std::vector<PortEntry> ports;
  std::vector<int> bauds;
  std::string said;
  std::shared_ptr<const ModemProfiles> profiles = *LoadProfiles("");
};

bool Has(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

TEST_CASE_METHOD(ProbeFixture,
                 "A probe says what works, and what to configure") {
  const Report report = MustProbe({.device = "/dev/ttyUSB2"});
  CHECK(Has(report.text, "manufacturer        Quectel\n"));
  CHECK(Has(report.text, "profile             ec25\n"));
  CHECK(Has(report.text, "SIM                 ready\n"));
  CHECK(Has(report.text, "registration        roaming (modem.roaming)\n"));
  CHECK(Has(report.text, "network             TELKOMSEL\n"));
  CHECK(Has(report.text, "signal              -73 dBm\n"));
  CHECK(Has(report.text, "SMSC                +62811000000\n"));
  CHECK(Has(report.text, "PDU mode (CMGF)     yes\n"));
  CHECK(Has(report.text, "link kept (CMMS)    no: ERROR\n"));
  CHECK(report.text.ends_with(
      "[[modem]]\nname = \"ec25-1\"\n"
      "device = \"/dev/serial/by-id/usb-Quectel-if02\"\n"
      "imei = \"867698041234561\"\nprofile = \"ec25\"\n"));
  CHECK(report.json["answers"]["cnmi"]["ok"] == true);
  CHECK(report.json["answers"]["cmms"]["text"] == "ERROR");
  CHECK(report.json["profile"] == "ec25");
  CHECK(report.json["imei"] == "867698041234561");
}

TEST_CASE_METHOD(ProbeFixture, "A probe finds the speed of a modem") {
  modem.baud = 9600;
  by_id.clear();
  const Report report = MustProbe({.device = "/dev/ttyUSB2"});
  CHECK(bauds == std::vector<int>{115200, 9600});
  CHECK(Has(report.text, "device = \"/dev/ttyUSB2\"\nbaud = 9600\n"));
  CHECK(report.json["baud"] == 9600);
}

TEST_CASE_METHOD(ProbeFixture, "A probe asks at the speed that it is told") {
  modem.baud = 19200;
  CHECK_FALSE(Probe({.device = "/dev/ttyUSB2", .baud = 9600}).has_value());
  CHECK(bauds == std::vector<int>{9600});
  CHECK(Probe({.device = "/dev/ttyUSB2", .baud = 19200}).has_value());
}

TEST_CASE_METHOD(ProbeFixture, "A silent port is said to be one, in its time") {
  modem.mute = true;
  const MonoTime begin = clock.Mono();
  const auto outcome = Probe({.device = "/dev/ttyUSB2"});
  REQUIRE_FALSE(outcome.has_value());
  CHECK(outcome.error().code == "modem_silent");
  CHECK(outcome.error().exit == ExitCode::kUnavailable);
  CHECK(clock.Mono() - begin <= seconds(20));
}

TEST_CASE_METHOD(ProbeFixture, "A port that can't be opened says why") {
  refusal = "busy: another program holds this port";
  const auto outcome = Probe({.device = "/dev/ttyUSB2"});
  REQUIRE_FALSE(outcome.has_value());
  CHECK(outcome.error().code == "device_unavailable");
  CHECK(Has(outcome.error().message, "/dev/ttyUSB2: busy"));
}

TEST_CASE_METHOD(ProbeFixture, "A probe gives no PIN and sends nothing") {
  modem.answers["AT+CPIN?"] = "+CPIN: SIM PIN";
  const Report report = MustProbe({.device = "/dev/ttyUSB2"});
  CHECK(Has(report.text, "SIM                 wants its PIN (modem.pin)\n"));
  CHECK_FALSE(Has(modem.written, "CPIN="));
  CHECK_FALSE(Has(modem.written, "CMGS"));
  CHECK_FALSE(Has(modem.written, "CUSD=1"));
}

TEST_CASE_METHOD(ProbeFixture, "A probe tells errors by their number") {
  const struct {
    const char* answer;
    const char* says;
  } rows[] = {
      {"+CME ERROR: 10", "not there"},
      {"+CME ERROR: SIM not inserted", "not there"},
      {"+CMS ERROR: 310", "+CMS ERROR: 310 ((U)SIM not inserted)"},
      {"+CME ERROR: 14", "+CME ERROR: 14 (SIM busy)"},
      {"+CME ERROR: 100", "+CME ERROR: 100 (unknown)"},
      {"+CME ERROR: 4711", "+CME ERROR: 4711"},
      {"ERROR", "ERROR"},
  };
  for (const auto& [answer, says] : rows) {
    modem.answers["AT+CPIN?"] = answer;
    const Report report = MustProbe({.device = "/dev/ttyUSB2"});
    CHECK(Has(report.text, "SIM                 " + std::string(says) + "\n"));
  }
  modem.answers["AT+CNMI=?"] = "+CME ERROR: SIM PIN required";
  modem.answers["AT+CPMS=?"] = "+CMS ERROR: 311";
  modem.answers["AT+CUSD=?"] = "+CME ERROR: 311";
  const Report report = MustProbe({.device = "/dev/ttyUSB2"});
  CHECK(Has(report.text, "(CNMI)  not before the PIN is given\n"));
  CHECK(Has(report.text, "(CPMS)     not before the PIN is given\n"));
  CHECK(Has(report.text, "USSD (CUSD)         no: +CME ERROR: 311\n"));
}

TEST_CASE_METHOD(ProbeFixture, "A probe knows every kind of registration") {
  const struct {
    const char* creg;
    const char* cereg;
    const char* says;
  } rows[] = {
      {"+CREG: 0,1", "ERROR", "home"},
      {"+CREG: 0,6", "ERROR", "home"},
      {"+CREG: 2,9,\"00C3\",\"1A2B\",7", "ERROR", "home"},
      {"+CREG: 0,7", "ERROR", "roaming (modem.roaming)"},
      {"+CREG: 0,10", "ERROR", "roaming (modem.roaming)"},
      {"+CREG: 0,0", "+CEREG: 0,1", "home"},  // on LTE alone
      {"ERROR", "+CEREG: 0,5", "roaming (modem.roaming)"},
      {"+CREG: 0,3", "+CEREG: 0,2", "denied"},
      {"+CREG: 0,2", "+CEREG: 0,0", "none, looking for one"},
      {"+CREG: 0,8", "ERROR", "emergency calls only"},
      {"+CREG: 0,0", "+CEREG: 0,0", "none, and not looked for"},
      {"+CREG: 0,4", "ERROR", "not known"},
      {"+CREG: 1", "ERROR", "not known"},
      {"+CME ERROR: 14", "ERROR", "+CME ERROR: 14 (SIM busy)"},
  };
  for (const auto& [creg, cereg, says] : rows) {
    INFO(creg << " " << cereg);
    modem.answers["AT+CREG?"] = creg;
    modem.answers["AT+CEREG?"] = cereg;
    const Report report = MustProbe({.device = "/dev/ttyUSB2"});
    CHECK(Has(report.text, "registration        " + std::string(says) + "\n"));
  }
}

TEST_CASE_METHOD(ProbeFixture, "A probe says how strong the signal is") {
  const std::pair<const char*, const char*> rows[] = {
      {"+CSQ: 0,0", "-113 dBm"},         {"+CSQ: 31,99", "-51 dBm"},
      {"+CSQ: 32,99", "not known"},      {"+CSQ: 99,99", "not known"},
      {"+CSQ: -1,0", "not known"},       {"+CSQ: ", "not known"},
      {"+CSQ: 99999999999", "not known"}};
  for (const auto& [answer, says] : rows) {
    INFO(answer);
    modem.answers["AT+CSQ"] = answer;
    const Report report = MustProbe({.device = "/dev/ttyUSB2"});
    CHECK(Has(report.text, "signal              " + std::string(says) + "\n"));
  }
}

TEST_CASE_METHOD(ProbeFixture, "A modem that goes silent ends the probe") {
  modem.answers.clear();
  modem.answers["AT"] = "";
  const Report report = MustProbe({.device = "/dev/ttyUSB2"});
  CHECK(report.json["sends"] == false);
  CHECK(Has(report.text, "generic (no other fits)"));
  CHECK(Has(report.text, "name = \"modem-1\""));
}

TEST_CASE_METHOD(ProbeFixture, "A probe's trace hides the numbers") {
  MustProbe({.device = "/dev/ttyUSB2", .trace = true});
  CHECK(Has(said, "probe > AT+CGMI"));
  CHECK(Has(said, "probe < Quectel"));
  CHECK_FALSE(Has(said, "867698041234560"));
}

TEST_CASE_METHOD(ProbeFixture, "What a modem says can't move the cursor") {
  modem.answers["AT+CGMM"] = "\x1B[2JEC25\"\nname = \"x";
  const Report report = MustProbe({.device = "/dev/ttyUSB2"});
  CHECK_FALSE(Has(report.text, "\x1B"));
  CHECK_FALSE(Has(report.text, "name = \"x"));
}

TEST_CASE_METHOD(ProbeFixture, "Without a device the ports are listed") {
  CHECK(Has(MustProbe({}).text, "no serial port"));
  ports = {{.path = "/dev/ttyUSB0",
            .by_id = "/dev/serial/by-id/usb-x-if00",
            .description = "HUAWEI Mobile"}};
  const Report report = MustProbe({});
  CHECK(Has(report.text, "/dev/ttyUSB0"));
  CHECK(Has(report.text, "HUAWEI Mobile"));
  CHECK(report.json["items"][0]["by_id"] == "/dev/serial/by-id/usb-x-if00");
  CHECK(bauds.empty());
}

}  // namespace
}  // namespace smsweb::ctl
