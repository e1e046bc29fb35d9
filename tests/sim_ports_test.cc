// The simulator from outside: real ptys, real sockets, real files.
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "catch.h"
#include "common/base/unique_fd.h"
#include "sim/control.h"
#include "sim/options.h"
#include "sim/simulator.h"

namespace smsweb::sim {
namespace {

namespace fs = std::filesystem;

Instant Now() {
  return {std::chrono::floor<std::chrono::microseconds>(
              std::chrono::system_clock::now()),
          std::chrono::steady_clock::now()};
}

struct Folder {
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "sim-XXXXXX").string();
    REQUIRE(::mkdtemp(pattern.data()) != nullptr);
    path = pattern;
  }
  ~Folder() { fs::remove_all(path); }
  fs::path path;
};

class NoAir final : public Air {
 public:
  bool GivesPrompt() override { return true; }
  Answer Carry(const Transmission&, const Instant&) override { return {}; }
};

// Serves one modem in a thread until it goes.
class Running {
 public:
  explicit Running(std::unique_ptr<Port> port, std::string_view rules = "",
                   Control* control = nullptr)
      : stop_(::eventfd(0, EFD_CLOEXEC)), simulator_(Now, nullptr) {
    const auto script = ParseScript(rules, "test");
    REQUIRE(script);
    if (control != nullptr) simulator_.ListenTo(*control);
    simulator_.Add(std::move(port), AtSession({}, air_, Millis(0), *script));
    thread_ = std::thread([this] { simulator_.Run(stop_.get()); });
  }
  ~Running() {
    const std::uint64_t one = 1;
    REQUIRE(::write(stop_.get(), &one, sizeof one) == sizeof one);
    thread_.join();
  }

 private:
  UniqueFd stop_;
  NoAir air_;
  Simulator simulator_;
  std::thread thread_;
};

// What comes until `end`, or until nothing has come for five seconds.
std::string ReadUntil(int fd, std::string_view end) {
  std::string all;
  std::array<char, 4096> buffer{};
  while (all.find(end) == std::string::npos) {
    pollfd entry{fd, POLLIN, 0};
    if (::poll(&entry, 1, 5000) <= 0) break;
    const ssize_t size = ::read(fd, buffer.data(), buffer.size());
    if (size <= 0) break;
    all.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return all;
}

std::string Ask(int fd, std::string_view command) {
  REQUIRE(::write(fd, command.data(), command.size()) ==
          static_cast<ssize_t>(command.size()));
  return ReadUntil(fd, "OK\r\n");
}

UniqueFd OpenTty(const fs::path& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  REQUIRE(fd);
  return fd;
}

TEST_CASE("A modem on a pty answers, and again after hosts came and went") {
  Folder folder;
  const fs::path link = folder.path / "modem";
  auto port = OpenPty(link.string());
  REQUIRE(port);
  Running running(std::move(*port));
  {
    const UniqueFd first = OpenTty(link);
    CHECK(Ask(first.get(), "AT\r") == "AT\r\r\nOK\r\n");
    CHECK(Ask(first.get(), "ATE0\r") == "ATE0\r\r\nOK\r\n");
  }
  for (int i = 0; i < 20; ++i) {
    const UniqueFd next = OpenTty(link);
    CHECK(Ask(next.get(), "AT\r") == "\r\nOK\r\n");
  }
}

TEST_CASE("The line is raw for whoever opens it") {
  Folder folder;
  const fs::path link = folder.path / "modem";
  auto port = OpenPty(link.string());
  REQUIRE(port);
  const UniqueFd host = OpenTty(link);
  termios settings{};
  REQUIRE(::tcgetattr(host.get(), &settings) == 0);
  CHECK((settings.c_lflag & (ECHO | ICANON | ISIG)) == 0);
  CHECK((settings.c_iflag & (ICRNL | IXON)) == 0);
  CHECK((settings.c_oflag & OPOST) == 0);
}

TEST_CASE("A link goes with its port, and an old one is replaced") {
  Folder folder;
  const fs::path link = folder.path / "modem";
  fs::create_symlink("/nowhere", link);
  {
    const auto port = OpenPty(link.string());
    REQUIRE(port);
    CHECK(fs::read_symlink(link) != "/nowhere");
  }
  CHECK_FALSE(fs::is_symlink(link));
}

TEST_CASE("A link that is somebody else's by now stays") {
  Folder folder;
  const fs::path link = folder.path / "modem";
  {
    const auto port = OpenPty(link.string());
    REQUIRE(port);
    fs::remove(link);
    fs::create_symlink("/elsewhere", link);
  }
  CHECK(fs::read_symlink(link) == "/elsewhere");
}

TEST_CASE("A file in a link's place is not touched") {
  Folder folder;
  const fs::path link = folder.path / "modem";
  std::ofstream(link) << "precious";
  const auto port = OpenPty(link.string());
  REQUIRE_FALSE(port);
  CHECK(port.error().kind == ErrorKind::kConflict);
  CHECK(fs::file_size(link) == 8);
}

std::optional<UniqueFd> TryConnect(const std::string& place) {
  const auto colon = place.rfind(':');
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port =
      htons(static_cast<std::uint16_t>(std::stoi(place.substr(colon + 1))));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address),
                sizeof address) != 0) {
    return std::nullopt;
  }
  return fd;
}

// Until it is there; the simulator says when by nothing else.
UniqueFd Connect(const std::string& place) {
  for (int i = 0; i < 5000; ++i) {
    if (auto fd = TryConnect(place)) return std::move(*fd);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  FAIL("never came back: " << place);
  return UniqueFd();
}

TEST_CASE("A modem behind TCP takes one host after the other") {
  auto port = ListenTcp("127.0.0.1", "0");
  REQUIRE(port);
  const std::string place = (*port)->place();
  Running running(std::move(*port));
  UniqueFd first = Connect(place);
  CHECK(Ask(first.get(), "ATE0\r") == "ATE0\r\r\nOK\r\n");
  const UniqueFd second = Connect(place);
  first.Reset();
  CHECK(Ask(second.get(), "AT\r") == "\r\nOK\r\n");
}

// Until `path` can be opened; the simulator says when by nothing else.
UniqueFd OpenAgain(const fs::path& path) {
  for (int i = 0; i < 5000; ++i) {
    UniqueFd fd(::open(path.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (fd) return fd;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  FAIL("never came back: " << path);
  return UniqueFd();
}

TEST_CASE(
    "A pty that is unplugged ends for its host, and comes back elsewhere") {
  Folder folder;
  const fs::path link = folder.path / "modem";
  const fs::path other = folder.path / "other";
  auto port = OpenPty(link.string());
  REQUIRE(port);
  Running running(std::move(*port),
                  "on AT+CSQ: unplug for 100ms as " + other.string());
  const UniqueFd host = OpenTty(link);
  Ask(host.get(), "ATE0\r");
  REQUIRE(::write(host.get(), "AT+CSQ\r", 7) == 7);
  ReadUntil(host.get(), "nothing");  // to the end of the line
  const UniqueFd again = OpenAgain(other);
  CHECK_FALSE(fs::is_symlink(link));
  CHECK(Ask(again.get(), "AT\r") == "AT\r\r\nOK\r\n");
}

TEST_CASE("A TCP port that hangs up is refused until it is back") {
  auto port = ListenTcp("127.0.0.1", "0");
  REQUIRE(port);
  const std::string place = (*port)->place();
  Running running(std::move(*port), "on AT+CSQ: disconnect for 10ms");
  const UniqueFd host = Connect(place);
  CHECK(Ask(host.get(), "ATE0\r") == "ATE0\r\r\nOK\r\n");
  REQUIRE(::write(host.get(), "AT+CSQ\r", 7) == 7);
  ReadUntil(host.get(), "nothing");  // to the end of the line
  const UniqueFd again = Connect(place);
  CHECK(Ask(again.get(), "AT\r") == "\r\nOK\r\n");
}

TEST_CASE("A host that opens a pty is noticed") {
  Folder folder;
  const fs::path link = folder.path / "modem";
  auto port = OpenPty(link.string());
  REQUIRE(port);
  Running running(std::move(*port), "on open: line \"hello OK\"");
  const UniqueFd host = OpenTty(link);
  CHECK(ReadUntil(host.get(), "OK\r\n") == "\r\nhello OK\r\n");
}

TEST_CASE("A running simulator is told more, and says what it does not take") {
  Folder folder;
  const std::string path = (folder.path / "control").string();
  auto control = Control::Open(path);
  REQUIRE(control);
  auto port = OpenPty((folder.path / "modem").string());
  REQUIRE(port);
  {
    Running running(std::move(*port), "", &*control);
    const UniqueFd host = OpenTty(folder.path / "modem");
    CHECK(Tell(path, "line \"RING OK\""));
    CHECK(ReadUntil(host.get(), "OK\r\n") == "\r\nRING OK\r\n");
    const auto told = Tell(path, "jump");
    REQUIRE_FALSE(told);
    CHECK(told.error().kind == ErrorKind::kInvalid);
    CHECK(told.error().message.starts_with("control:1: \"jump\" is no action"));
  }
  CHECK(Tell((folder.path / "none").string(), "signal 7").error().kind ==
        ErrorKind::kUnavailable);
}

TEST_CASE("A file in a control socket's place is not touched") {
  Folder folder;
  const fs::path path = folder.path / "control";
  std::ofstream(path) << "precious";
  const auto control = Control::Open(path.string());
  REQUIRE_FALSE(control);
  CHECK(control.error().kind == ErrorKind::kConflict);
}

std::string Contents(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_CASE("The wire trace shows both sides, and no PIN") {
  Folder folder;
  const fs::path file = folder.path / "wire";
  {
    auto fd = OpenAppending(file.string());
    REQUIRE(fd);
    WireTrace trace(std::move(*fd));
    const Instant at{std::chrono::sys_days(std::chrono::year(2026) / 11 / 23),
                     {}};
    trace.Add("sim-1", WireTrace::Side::kHost, "AT+CPI", at);
    trace.Add("sim-1", WireTrace::Side::kHost, "N=\"12", at);
    trace.Add("sim-1", WireTrace::Side::kHost, "34\"\rAT+CMGS=20\r", at);
    trace.Add("sim-1", WireTrace::Side::kModem, "\r\n> ", at);
  }
  CHECK(Contents(file) ==
        "2026-11-23T00:00:00.000000Z sim-1 < AT+CPI\n"
        "2026-11-23T00:00:00.000000Z sim-1 < N=\"**\n"
        "2026-11-23T00:00:00.000000Z sim-1 < **\"\\rAT+CMGS=20\\r\n"
        "2026-11-23T00:00:00.000000Z sim-1 > \\r\\n> \n");
}

TEST_CASE("Records are appended to what is there") {
  Folder folder;
  const fs::path file = folder.path / "log";
  for (const char* line : {"one\n", "two\n"}) {
    auto sink = FileSink::Open(file.string());
    REQUIRE(sink);
    CHECK(sink->Write(line));
  }
  CHECK(Contents(file) == "one\ntwo\n");
}

}  // namespace
}  // namespace smsweb::sim
