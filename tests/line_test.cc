// Lines of all three kinds against a live other end. Those tagged [shim] run
// the real libserialport on a pty: ctest preloads serialport_shim into them.
#include "common/line/line.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "catch.h"
#include "common/base/unique_fd.h"

namespace smsweb {
namespace {

constexpr int kPatienceMs = 10'000;

bool WaitFor(int fd, short events) {
  pollfd poll_fd{.fd = fd, .events = events, .revents = 0};
  return ::poll(&poll_fd, 1, kPatienceMs) == 1;
}

// The modem's side of a pseudo-terminal.
struct Master {
  Master() : fd(::posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK)) {
    REQUIRE(::grantpt(fd.get()) == 0);
    REQUIRE(::unlockpt(fd.get()) == 0);
    slave = ::ptsname(fd.get());
  }
  UniqueFd fd;
  std::string slave;
};

// A TCP server for one connection, on a free port of the loopback.
struct Server {
  Server() : fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(fd.get(), generic, size) == 0);
    REQUIRE(::listen(fd.get(), 1) == 0);
    REQUIRE(::getsockname(fd.get(), generic, &size) == 0);
    port = std::to_string(ntohs(address.sin_port));
  }
  UniqueFd Accept() const {
    REQUIRE(WaitFor(fd.get(), POLLIN));
    return UniqueFd(::accept4(fd.get(), nullptr, nullptr, SOCK_CLOEXEC));
  }
  UniqueFd fd;
  std::string port;
};

std::string Receive(int fd, std::size_t size) {
  std::string bytes;
  while (bytes.size() < size && WaitFor(fd, POLLIN)) {
    char buffer[4096];
    const ssize_t count = ::read(fd, buffer, sizeof(buffer));
    if (count <= 0) break;
    bytes.append(buffer, count);
  }
  return bytes;
}

std::string Receive(Line& line, std::size_t size) {
  std::string bytes;
  while (bytes.size() < size && WaitFor(line.fd(), POLLIN)) {
    char buffer[4096];
    const auto count = line.Read(buffer);
    if (!count) break;
    bytes.append(buffer, *count);
  }
  return bytes;
}

void Send(Line& line, std::string_view bytes) {
  while (!bytes.empty()) {
    REQUIRE(WaitFor(line.fd(), POLLOUT));
    const auto count = line.Write(bytes);
    REQUIRE(count.has_value());
    bytes.remove_prefix(*count);
  }
}

std::string EveryByte() {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  return bytes;
}

std::unique_ptr<Line> MustOpen(const std::string& device,
                               const SerialSettings& settings = {}) {
  auto line = OpenLine(device, settings);
  INFO((line ? "" : line.error().message));
  REQUIRE(line.has_value());
  return std::move(*line);
}

Error MustFail(const std::string& device) {
  const auto line = OpenLine(device, {});
  REQUIRE_FALSE(line.has_value());
  return line.error();
}

void CheckRoundTrip(Line& line, int other_end) {
  const std::string bytes = EveryByte();
  char nothing[16];
  CHECK(line.Read(nothing) == 0U);
  Send(line, bytes);
  CHECK(Receive(other_end, bytes.size()) == bytes);
  REQUIRE(::write(other_end, bytes.data(), bytes.size()) ==
          static_cast<ssize_t>(bytes.size()));
  CHECK(Receive(line, bytes.size()) == bytes);
  CHECK(line.Read(nothing) == 0U);
}

void CheckGone(Line& line, const std::string& device) {
  REQUIRE(WaitFor(line.fd(), POLLIN));
  char buffer[16];
  const auto read = line.Read(buffer);
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().kind == ErrorKind::kUnavailable);
  CHECK(read.error().message.starts_with(device));
}

// ---- Pseudo-terminals

TEST_CASE("A pty carries every byte as it is, both ways") {
  const Master master;
  const auto line = MustOpen(master.slave);
  CheckRoundTrip(*line, master.fd.get());
}

TEST_CASE("A pty is reached through a link, as the simulator makes them") {
  const Master master;
  const auto link = std::filesystem::temp_directory_path() /
                    ("smsweb-line-test-" + std::to_string(::getpid()));
  std::filesystem::create_symlink(master.slave, link);
  const auto line = MustOpen(link);
  std::filesystem::remove(link);
  CheckRoundTrip(*line, master.fd.get());
}

TEST_CASE("A pty whose other end closes is gone") {
  Master master;
  const auto line = MustOpen(master.slave);
  master.fd.Reset();
  CheckGone(*line, master.slave);
  CHECK_FALSE(line->Write("AT\r").has_value());
}

TEST_CASE("A pty that is full takes a part, then nothing, then more") {
  const Master master;
  const auto line = MustOpen(master.slave);
  const std::string flood(64 * 1024, 'x');
  const auto first = line->Write(flood);
  REQUIRE(first.has_value());
  CHECK(*first > 0);
  CHECK(*first < flood.size());
  for (auto more = first; *more > 0; more = line->Write(flood)) {
    REQUIRE(more.has_value());
  }
  Receive(master.fd.get(), *first);
  REQUIRE(WaitFor(line->fd(), POLLOUT));
  CHECK(line->Write(flood).value_or(0) > 0);
}

TEST_CASE("A line is one program's at a time") {
  const Master master;
  auto line = MustOpen(master.slave);
  const Error error = MustFail(master.slave);
  CHECK(error.kind == ErrorKind::kUnavailable);
  CHECK(error.message.find("busy") != std::string::npos);
  line.reset();
  MustOpen(master.slave);
}

TEST_CASE("An error names the device and what to do") {
  const Error missing = MustFail("/dev/serial/by-id/usb-nothing");
  CHECK(missing.kind == ErrorKind::kUnavailable);
  CHECK(missing.message.find("/dev/serial/by-id/usb-nothing") == 0);
  CHECK(missing.message.find("plugged in") != std::string::npos);
  const Error null = MustFail("/dev/null");
  CHECK(null.kind == ErrorKind::kInvalid);
  CHECK(null.message == "/dev/null: not a serial port");
}

// ---- TCP

TEST_CASE("A TCP line connects without blocking and carries every byte") {
  const Server server;
  const auto line = MustOpen("tcp:127.0.0.1:" + server.port);
  const UniqueFd other_end = server.Accept();
  REQUIRE(WaitFor(line->fd(), POLLOUT));
  CHECK(line->Write("").has_value());
  CHECK_FALSE(line->Connecting());
  CheckRoundTrip(*line, other_end.get());
}

// A bare chroot has no /etc/hosts.
bool KnowsLocalhost() {
  addrinfo* found = nullptr;
  if (::getaddrinfo("localhost", nullptr, nullptr, &found) != 0) return false;
  ::freeaddrinfo(found);
  return true;
}

TEST_CASE("A TCP line takes a name, and tries each of its addresses") {
  if (!KnowsLocalhost()) return;
  const Server server;  // on 127.0.0.1 alone, where localhost may be ::1 first
  const auto line = MustOpen("tcp:localhost:" + server.port);
  while (line->Connecting()) {
    REQUIRE(WaitFor(line->fd(), POLLOUT));
    REQUIRE(line->Write("").has_value());
  }
  const UniqueFd other_end = server.Accept();
  CheckRoundTrip(*line, other_end.get());
}

TEST_CASE("A TCP line whose name nobody knows says so, and blocks nobody") {
  const std::string device = "tcp:no-such-host.invalid:2000";
  const auto line = MustOpen(device);
  CHECK(line->Connecting());
  char nothing[16];
  CHECK(line->Read(nothing) == 0U);
  auto written = line->Write("");
  while (written) {
    REQUIRE(WaitFor(line->fd(), POLLOUT));
    written = line->Write("");
  }
  CHECK(written.error().kind == ErrorKind::kUnavailable);
  CHECK(written.error().message.starts_with(device));
}

TEST_CASE("A TCP line may be dropped while its name is looked up") {
  for (int i = 0; i < 10; ++i) MustOpen("tcp:no-such-host.invalid:2000");
}

TEST_CASE("A TCP line whose peer closes is gone") {
  const Server server;
  const std::string device = "tcp:127.0.0.1:" + server.port;
  const auto line = MustOpen(device);
  UniqueFd other_end = server.Accept();
  Send(*line, "AT\r");
  CHECK(Receive(other_end.get(), 3) == "AT\r");
  other_end.Reset();
  CheckGone(*line, device);
}

TEST_CASE("A TCP line that nobody answers fails at opening or at writing") {
  std::string device;
  {
    const Server server;
    device = "tcp:127.0.0.1:" + server.port;
  }
  auto line = OpenLine(device, {});
  if (line) {
    REQUIRE(WaitFor((*line)->fd(), POLLOUT));
    const auto written = (*line)->Write("AT\r");
    REQUIRE_FALSE(written.has_value());
    CHECK(written.error().kind == ErrorKind::kUnavailable);
  } else {
    CHECK(line.error().message.starts_with(device));
  }
}

TEST_CASE("A TCP line is written tcp:HOST:PORT") {
  for (const char* device : {"tcp:", "tcp:host", "tcp::2000", "tcp:host:"}) {
    INFO(device);
    const Error error = MustFail(device);
    CHECK(error.kind == ErrorKind::kInvalid);
    CHECK(error.message.find("tcp:HOST:PORT") != std::string::npos);
  }
  for (const char* device : {"tcp:127.0.0.1:99999", "tcp:host:http"}) {
    INFO(device);
    const Error error = MustFail(device);
    CHECK(error.kind == ErrorKind::kInvalid);
    CHECK(error.message.find("1 to 65535") != std::string::npos);
  }
}

// ---- Serial ports: libserialport over the shim's /dev/ttySHIM0

constexpr char kShimPort[] = "/dev/ttySHIM0";

// Puts a pty where SMSWEB_SHIM_PORTS says that /dev/ttySHIM0 leads.
struct ShimPort {
  ShimPort() : link(SMSWEB_SHIM_TARGET) {
    std::filesystem::remove(link);
    std::filesystem::create_symlink(master.slave, link);
  }
  ~ShimPort() { std::filesystem::remove(link); }
  termios Settings() const {
    termios settings{};
    REQUIRE(::tcgetattr(master.fd.get(), &settings) == 0);
    return settings;
  }
  Master master;
  std::filesystem::path link;
};

TEST_CASE("A serial port carries every byte as it is, both ways", "[.shim]") {
  const ShimPort port;
  const auto line = MustOpen(kShimPort);
  CheckRoundTrip(*line, port.master.fd.get());
}

TEST_CASE("A serial port gets its baud rate and eight bits", "[.shim]") {
  const ShimPort port;
  const auto line = MustOpen(kShimPort, {.baud = 57600});
  const termios settings = port.Settings();
  CHECK(::cfgetospeed(&settings) == B57600);
  CHECK(::cfgetispeed(&settings) == B57600);
  CHECK((settings.c_cflag & CSIZE) == CS8);
  CHECK((settings.c_cflag & (PARENB | CSTOPB)) == 0U);
  CHECK((settings.c_lflag & (ICANON | ECHO)) == 0U);
}

TEST_CASE("A serial port takes each of the usual speeds", "[.shim]") {
  const ShimPort port;
  const std::pair<int, speed_t> kSpeeds[] = {
      {9600, B9600},     {19200, B19200},   {38400, B38400},  {57600, B57600},
      {115200, B115200}, {230400, B230400}, {460800, B460800}};
  for (const auto& [baud, speed] : kSpeeds) {
    INFO(baud);
    const auto line = MustOpen(kShimPort, {.baud = baud});
    const termios settings = port.Settings();
    CHECK(::cfgetospeed(&settings) == speed);
    CHECK(::cfgetispeed(&settings) == speed);
    CheckRoundTrip(*line, port.master.fd.get());
  }
}

TEST_CASE("A serial port gets the flow control that is asked for", "[.shim]") {
  const ShimPort port;
  const auto kRtsCts = SerialSettings::FlowControl::kRtsCts;
  auto line = MustOpen(kShimPort, {.flow_control = kRtsCts});
  CHECK((port.Settings().c_cflag & CRTSCTS) != 0U);
  line.reset();
  line = MustOpen(kShimPort);
  CHECK((port.Settings().c_cflag & CRTSCTS) == 0U);
}

TEST_CASE("A serial port tells its modem that a terminal is there", "[.shim]") {
  const ShimPort port;
  const auto line = MustOpen(kShimPort);
  int lines = 0;
  REQUIRE(::ioctl(line->fd(), TIOCMGET, &lines) == 0);
  CHECK((lines & TIOCM_DTR) != 0);
  CHECK((lines & TIOCM_RTS) != 0);
}

TEST_CASE("A serial port that disappears is gone", "[.shim]") {
  ShimPort port;
  const auto line = MustOpen(kShimPort);
  port.master.fd.Reset();
  CheckGone(*line, kShimPort);
}

TEST_CASE("A serial port that hangs up in use is found again", "[.shim]") {
  auto port = std::make_unique<ShimPort>();
  const auto kRtsCts = SerialSettings::FlowControl::kRtsCts;
  const SerialSettings settings{.baud = 57600, .flow_control = kRtsCts};
  auto line = MustOpen(kShimPort, settings);
  Send(*line, "AT+CMGS=23\r");
  CHECK(Receive(port->master.fd.get(), 11) == "AT+CMGS=23\r");
  port.reset();
  CheckGone(*line, kShimPort);
  const auto written = line->Write("0011");
  REQUIRE_FALSE(written.has_value());
  CHECK(written.error().message ==
        std::string(kShimPort) + ": the line is gone");
  CHECK(MustFail(kShimPort).kind == ErrorKind::kUnavailable);

  line.reset();
  port = std::make_unique<ShimPort>();
  line = MustOpen(kShimPort, settings);
  CHECK((port->Settings().c_cflag & CRTSCTS) != 0U);
  CheckRoundTrip(*line, port->master.fd.get());
}

TEST_CASE("A serial port is one program's at a time", "[.shim]") {
  const ShimPort port;
  auto line = MustOpen(kShimPort);
  CHECK(MustFail(kShimPort).message.find("busy") != std::string::npos);
  line.reset();
  MustOpen(kShimPort);
}

TEST_CASE("A serial port at an impossible speed is refused", "[.shim]") {
  const ShimPort port;
  const auto line = OpenLine(kShimPort, {.baud = -7});
  REQUIRE_FALSE(line.has_value());
  CHECK(line.error().message.find("-7 baud") != std::string::npos);
}

TEST_CASE("A serial port without a modem behind it is missing", "[.shim]") {
  { const ShimPort port; }
  CHECK(MustFail(kShimPort).message.find("plugged in") != std::string::npos);
}

}  // namespace
}  // namespace smsweb
