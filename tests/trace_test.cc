// The wire trace: what a person finds in it, and what nobody does.
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "catch.h"
#include "common/line/trace_mask.h"
#include "common/line/traced_line.h"
#include "temp_folder.h"

namespace smsweb {
namespace {

struct Piece {
  char direction;
  std::string bytes;
};

// What a trace of these pieces says, a line each: "> AT".
std::vector<std::string> Traced(const std::vector<Piece>& pieces) {
  std::vector<std::string> lines;
  TraceMask mask([&](char direction, std::string_view line) {
    lines.push_back(std::string(1, direction) + " " + std::string(line));
  });
  for (const auto& [direction, bytes] : pieces) {
    direction == '>' ? mask.ToModem(bytes) : mask.FromModem(bytes);
  }
  mask.Finish();
  return lines;
}

using Lines = std::vector<std::string>;

TEST_CASE("A trace shows commands and answers as they are") {
  CHECK(Traced({{'>', "AT+CREG?\r"},
                {'<', "\r\n+CREG: 2,1,\"00C3\",\"1A2B\"\r\n\r\nOK\r\n"},
                {'>', "AT+CNMI=2,1,0,1,0\r"},
                {'<', "AT+CNMI=2,1,0,1,0\r\r\nOK\r\n"}}) ==
        Lines{"> AT+CREG?", "< +CREG: 2,1,\"00C3\",\"1A2B\"", "< OK",
              "> AT+CNMI=2,1,0,1,0", "< AT+CNMI=2,1,0,1,0", "< OK"});
}

TEST_CASE("A trace escapes what can't be printed") {
  CHECK(Traced({{'>', "\x1B"}, {'<', "\r\nO\0K\xFF\r\n"}}) ==
        Lines{"> \\x1B", "< O"});
  CHECK(Traced({{'<', std::string("\r\nO\0K\xFF\r\n", 8)}}) ==
        Lines{"< O\\x00K\\xFF"});
}

TEST_CASE("A trace shows a prompt at once") {
  Lines lines;
  TraceMask mask(
      [&](char, std::string_view line) { lines.emplace_back(line); });
  mask.FromModem("\r\n> ");
  CHECK(lines == Lines{">"});
}

TEST_CASE("A trace hides a PIN, however it is written") {
  for (const char* command :
       {"AT+CPIN=\"4711\"", "AT+CPIN=4711", "at+cpin = 4711",
        "AT+CMEE=1;+CPIN=\"4711\"", "AT+CPIN2=4711",
        "AT+CPWD=\"SC\",\"4711\",\"4712\"", "AT+CLCK=\"SC\",1,\"4711\"",
        "AT^CPIN=\"4711\"", "AT+C\001PIN=4711"}) {
    INFO(command);
    const auto lines =
        Traced({{'>', std::string(command) + "\r"},
                {'<', std::string(command) + "\r\r\n4711 OK\r\n"}});
    for (const auto& line : lines) {
      INFO(line);
      CHECK(line.find("471") == std::string::npos);
    }
  }
  CHECK(Traced({{'>', "AT+CPIN?\r"}, {'<', "+CPIN: SIM PIN\r\n"}}) ==
        Lines{"> AT+CPIN?", "< +CPIN: SIM PIN"});
}

TEST_CASE("A trace shows the header of a PDU that is sent") {
  CHECK(Traced({{'>', "AT+CMGS=23\r"},
                {'<', "\r\n> "},
                {'>', "0011000C912698168090710000A70AE8329BFD4697D9EC37\x1A"},
                {'<', "\r\n+CMGS: 7\r\n\r\nOK\r\n"}}) ==
        Lines{"> AT+CMGS=23", "< >",
              "> 0011000C91************0000A70A (user data: 9 octets)\\x1A",
              "< +CMGS: 7", "< OK"});
}

TEST_CASE("A trace shows the header of a PDU that is received") {
  CHECK(Traced({{'<',
                 "\r\n+CMT: ,27\r\n"
                 "07912618485400F9040C91269816809071000062113261604282"
                 "09E8329BFD4697D9EC\r\n"}}) ==
        Lines{"< +CMT: ,27",
              "< 0791************040C91************00006211326160428209"
              " (user data: 8 octets)"});
}

TEST_CASE("A trace shows the status of a report") {
  CHECK(Traced({{'<',
                 "\r\n+CDS: 25\r\n0006070C91269816809071621132616042826211326"
                 "160528200\r\n"}}) ==
        Lines{"< +CDS: 25",
              "< 0006070C91************621132616042826211326160528200"});
}

TEST_CASE("A trace hides what is no PDU where one should be") {
  CHECK(Traced({{'<', "\r\n+CMGR: 1,,24\r\n0F0\r\n\r\nOK\r\n"}}) ==
        Lines{"< +CMGR: 1,,24", "< (text: 3 bytes)", "< OK"});
  CHECK(Traced({{'<', "\r\n+CMT: ,3\r\n12345678901234567890\r\n"}})[1] ==
        "< (text: 20 bytes)");
}

TEST_CASE("A trace hides texts of several lines, whatever these look like") {
  const auto lines = Traced(
      {{'>', "AT+CMGR=1\r"},
       {'<',
        "\r\n+CMGR: \"REC READ\",\"+6289610707901\",\"Budi\",\"26/11/23\""
        "\r\nYour code\r\n4711\r\n+CREG: 4711\r\n+CMT: 4711\r\nOK\r\n"
        "4711\r\n"},
       {'>', "AT\r"},
       {'<', "\r\n+CREG: 1\r\n"}});
  for (const auto& line : lines) {
    INFO(line);
    CHECK(line.find("47") == std::string::npos);
    CHECK(line.find("Budi") == std::string::npos);
    CHECK(line.find("code") == std::string::npos);
  }
  CHECK(lines.back() == "< +CREG: 1");
}

TEST_CASE("A trace hides USSD, codes and answers") {
  CHECK(Traced({{'>', "AT+CUSD=1,\"*123*4711#\",15\r"},
                {'<', "\r\nOK\r\n\r\n+CUSD: 0,\"Saldo 4711\",15\r\n"}}) ==
        Lines{"> AT+CUSD=1,\"(10 bytes)\",15", "< OK",
              "< +CUSD: 0,\"(10 bytes)\",15"});
  const auto lines = Traced(
      {{'>', "AT+CUSD=1,*4711#,15\r"},
       {'<', "\r\n+CUSD: 1,\"1 \"4711\" a\r\n\"4711\",15\r\n4711\",15\r\n"}});
  for (const auto& line : lines) {
    INFO(line);
    CHECK(line.find("47") == std::string::npos);
  }
}

TEST_CASE("A trace shows the last three digits of long numbers") {
  CHECK(Traced({{'>', "AT+CSCA=\"+62811000123\",145\r"},
                {'<', "\r\n+CSCA: \"+62811000123\",145\r\n"},
                {'<', "\r\n353535109876543\r\n"},
                {'<', "RING\r\n+CLIP: \"089610707901\",129\r\n"}}) ==
        Lines{"> AT+CSCA=\"+********123\",145", "< +CSCA: \"+********123\",145",
              "< ************543", "< RING", "< +CLIP: \"*********901\",129"});
}

TEST_CASE("A trace of a broken-off line hides as much") {
  for (const char* cut :
       {"AT+CPIN=\"471", "0011000C9126981680", "AT+CUSD=1,\"47"}) {
    const auto lines = Traced({{'>', cut}});
    REQUIRE(lines.size() == 1);
    INFO(lines[0]);
    CHECK(lines[0].find("47") == std::string::npos);
    CHECK(lines[0].find("2698") == std::string::npos);
  }
}

// Secrets are written with digits that nothing else in the dialogue has.
TEST_CASE("No digit of a PIN or a text is traced, in pieces of any size") {
  const std::vector<Piece> dialogue = {
      {'>', "AT+CPIN=\"7878\"\r"},
      {'<', "AT+CPIN=\"7878\"\r\r\nOK\r\n"},
      {'>', "AT+CMGS=23\r"},
      {'<', "\r\n> "},
      {'>', "0011000B91******0000A70878787878787878\x1A"},
      {'<',
       "0011000B91260000000000000A70878787878787878\x1A\r\n+CMGS: 5\r\n\r\n"
       "OK\r\n"},
      {'<',
       "\r\n+CMT: ,28\r\n07910000000000F9040C910000000000000000"
       "62113261604202087878787878787878\r\n"},
      {'<',
       "\r\n+CMGL: \"REC READ\",\"+787878787\",,\"26/11/23\"\r\n78 78\r\n7878"
       "\r\n\r\nOK\r\n"},
      {'>', "AT+CUSD=1,\"*787878#\",15\r"},
      {'<', "\r\n+CUSD: 0,\"787 878\r\n78\",15\r\n\r\nOK\r\n"},
  };
  std::mt19937 random(20261123);
  for (int round = 0; round < 2000; ++round) {
    std::vector<Piece> pieces;
    for (const auto& [direction, bytes] : dialogue) {
      for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t size = 1 + random() % 12;
        pieces.push_back({direction, bytes.substr(at, size)});
        at += size;
      }
    }
    const auto lines = Traced(pieces);
    for (const auto& line : lines) {
      if (line.find_first_of("78") == std::string::npos) continue;
      // Sizes and TP-UDL may have one; two in a row may not.
      INFO(line);
      REQUIRE(line.find("78") == std::string::npos);
      REQUIRE(line.find("87") == std::string::npos);
    }
  }
}

TEST_CASE("Garbage and endless lines are traced in little space") {
  std::mt19937 random(1);
  std::string garbage;
  for (int i = 0; i < 100'000; ++i) garbage += static_cast<char>(random());
  const auto lines = Traced({{'<', garbage}, {'>', std::string(50'000, 'F')}});
  for (const auto& line : lines) CHECK(line.size() < 40'000);
}

// ---- Around a line

class ScriptedLine final : public Line {
 public:
  explicit ScriptedLine(std::string unread) : unread_(std::move(unread)) {}
  int fd() const override { return 42; }
  Result<std::size_t> Read(std::span<char> buffer) override {
    if (unread_.empty()) return Fail(ErrorKind::kUnavailable, "gone");
    const auto count = unread_.copy(buffer.data(), buffer.size());
    unread_.erase(0, count);
    return count;
  }
  Result<std::size_t> Write(std::string_view bytes) override {
    return std::min<std::size_t>(bytes.size(), 2);  // a part
  }

 private:
  std::string unread_;
};

TEST_CASE("A traced line passes on, and writes what really passed") {
  const ManualClock clock;
  Lines lines;
  auto line = TraceLine(
      std::make_unique<ScriptedLine>("\r\nOK\r\n"), "sim-1", "/dev/ttyUSB0",
      clock, [&](std::string_view text) { lines.emplace_back(text); });
  CHECK(line->fd() == 42);
  CHECK(line->Write("AT\r") == 2U);
  CHECK(line->Write("\r") == 1U);
  char buffer[16];
  CHECK(line->Read(buffer) == 6U);
  CHECK_FALSE(line->Read(buffer).has_value());
  line.reset();
  const std::string begin = FormatRfc3339(clock.Wall()) + " sim-1 ";
  CHECK(lines == Lines{begin + "= open /dev/ttyUSB0", begin + "> AT",
                       begin + "< OK", begin + "= gone", begin + "= closed"});
}

TEST_CASE("Only its owner may read a trace, and it is appended to") {
  const TempFolder folder;
  const std::string path = folder / "trace";
  std::ofstream(path) << "earlier\n";
  ::chmod(path.c_str(), 0644);
  {
    const auto sink = OpenTrace(path);
    REQUIRE(sink.has_value());
    (*sink)("now");
  }
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  CHECK(text.str() == "earlier\nnow\n");
  CHECK_FALSE(OpenTrace(folder / "none/trace").has_value());
}

}  // namespace
}  // namespace smsweb
