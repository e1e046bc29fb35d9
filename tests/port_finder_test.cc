// A modem that has moved to another port, looked for by its IMEI: ports and
// time are the test's.
#include "daemon/port_finder.h"

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "daemon/modem_port.h"
#include "temp_folder.h"

namespace smsweb {
namespace {

constexpr const char* kImei = "353535109876540";
constexpr const char* kAnother = "490154203237518";

// What is behind a port.
struct Device {
  std::string imei;    // it answers AT+CGSN; empty: never
  int deaf = 0;        // questions that it lets pass first
  bool busy = false;   // can't be opened
  bool obeys = false;  // answers OK to all other commands
  std::string babble;  // comes by itself
  int opened = 0;
  std::string written;
  std::string unread;
};

class DeviceLine final : public Line {
 public:
  explicit DeviceLine(Device& device) : device_(device) {
    ++device.opened;
    device.unread = device.babble;
  }
  int fd() const override { return 7; }
  Result<std::size_t> Read(std::span<char> buffer) override {
    const auto count = device_.unread.copy(buffer.data(), buffer.size());
    device_.unread.erase(0, count);
    return count;
  }
  Result<std::size_t> Write(std::string_view bytes) override {
    device_.written += bytes;
    for (const char c : bytes) {
      if (c == '\r') {
        Obey(std::exchange(line_, {}));
      } else if (c != '\x1B') {
        line_ += c;
      }
    }
    return bytes.size();
  }

 private:
  void Obey(const std::string& command) {
    if (command == "AT+CGSN" && !device_.imei.empty() && device_.deaf-- <= 0) {
      device_.unread += command + "\r\r\n" + device_.imei + "\r\n\r\nOK\r\n";
    } else if (device_.obeys && !command.empty()) {
      device_.unread += "\r\nOK\r\n";
    }
  }

  std::string line_;
  Device& device_;
};

class Ports {
 public:
  Device& Add(const std::string& path) {
    names_.push_back(path);
    return devices_[path];
  }
  Device& operator[](const std::string& path) { return devices_[path]; }
  LineOpener Opener() {
    return [this](const std::string& device,
                  const SerialSettings&) -> Result<std::unique_ptr<Line>> {
      const auto found = devices_.find(device);
      if (found == devices_.end()) {
        return Fail(ErrorKind::kUnavailable, device + ": no such port");
      }
      if (found->second.busy) {
        return Fail(ErrorKind::kUnavailable, device + ": busy");
      }
      return std::make_unique<DeviceLine>(found->second);
    };
  }
  PortLister Lister() {
    return [this] {
      ++listed;
      std::vector<PortEntry> entries;
      for (const auto& name : names_) entries.push_back({.path = name});
      return entries;
    };
  }
  int listed = 0;

 private:
  std::map<std::string, Device> devices_;
  std::vector<std::string> names_;
};

struct FinderFixture {
  // Turns until the round is over, or so often.
  std::optional<std::string> Round() {
    finder.Start(now);
    for (int i = 0; i < 100 && finder.Searching(); ++i) {
      finder.Service(true, now);
      if (const auto deadline = finder.Deadline()) now = *deadline;
    }
    CHECK_FALSE(finder.Searching());
    CHECK(finder.fd() == -1);
    return finder.TakeFound();
  }

  Ports ports;
  std::shared_ptr<PortsInUse> in_use = std::make_shared<PortsInUse>();
  Logger log = Logger::Discard();
  PortFinder finder{{.modem = "a", .imei = kImei},
                    ports.Opener(),
                    ports.Lister(),
                    in_use,
                    log};
  MonoTime now{std::chrono::hours(1)};
};

TEST_CASE_METHOD(FinderFixture,
                 "The port that answers with the IMEI is found") {
  ports.Add("/dev/ttyUSB0").imei = kAnother;
  ports.Add("/dev/ttyUSB1");  // silent: a modem's port for something else
  ports.Add("/dev/ttyUSB2").imei = kImei;
  ports.Add("/dev/ttyUSB3").imei = kImei;
  CHECK(Round() == "/dev/ttyUSB2");
  CHECK(ports["/dev/ttyUSB3"].opened == 0);
  CHECK_FALSE(finder.TakeFound().has_value());
}

TEST_CASE_METHOD(FinderFixture, "An IMEI counts without its check digit") {
  ports.Add("/dev/ttyUSB0").imei = "3535351098765400";  // with a version
  CHECK(Round() == "/dev/ttyUSB0");
}

TEST_CASE_METHOD(FinderFixture, "One that sleeps is asked a second time") {
  ports.Add("/dev/ttyUSB0").imei = kImei;
  ports["/dev/ttyUSB0"].deaf = 1;
  CHECK(Round() == "/dev/ttyUSB0");
}

TEST_CASE_METHOD(FinderFixture,
                 "A search that finds nothing ends, in its time") {
  ports.Add("/dev/ttyUSB0");
  ports.Add("/dev/ttyUSB1").busy = true;
  ports.Add("/dev/ttyACM0").babble = std::string(5000, '1');
  const MonoTime begin = now;
  CHECK_FALSE(Round().has_value());
  CHECK(now - begin <= std::chrono::seconds(5));
  CHECK_FALSE(Round().has_value());  // and can be begun again
  CHECK(ports["/dev/ttyUSB0"].opened == 2);
}

TEST_CASE_METHOD(FinderFixture, "Ports of our other modems are left alone") {
  ports.Add("/dev/ttyUSB0").imei = kImei;
  REQUIRE(in_use->Take("/dev/ttyUSB0"));
  CHECK_FALSE(Round().has_value());
  CHECK(ports["/dev/ttyUSB0"].opened == 0);
  in_use->Free("/dev/ttyUSB0");
  CHECK(Round() == "/dev/ttyUSB0");
  CHECK(in_use->Take("/dev/ttyUSB0"));  // free again after the search
}

// As those in /dev/serial/by-id do.
TEST_CASE("A port is free again although the link to it went with it") {
  const TempFolder folder;
  const std::string port = "/dev/null";
  const std::string link = folder / "by-id";
  PortsInUse in_use;
  std::filesystem::create_symlink(port, link);
  REQUIRE(in_use.Take(link));
  CHECK_FALSE(in_use.Take(port));
  std::filesystem::remove(link);
  in_use.Free(link);
  std::filesystem::create_symlink(port, link);
  CHECK(in_use.Take(link));
}

TEST_CASE_METHOD(FinderFixture, "Nothing but the question is written") {
  auto& device = ports.Add("/dev/ttyUSB0");
  CHECK_FALSE(Round().has_value());
  CHECK(device.written == "\x1B\rAT+CGSN\r\x1B\rAT+CGSN\r");
}

// ---- In a ModemPort

struct PortFixture {
  ModemPort Port(const std::string& imei) {
    PortContext context(ports.Opener(), nullptr, nullptr, ports.Lister());
    return ModemPort({.name = "a", .device = "/dev/ttyUSB0", .imei = imei},
                     context, log);
  }
  void Turn(ModemPort& port) {
    port.Service(true, now);
    port.TakeEvents(now);
    now += Millis(100);
  }
  Ports ports;
  Logger log = Logger::Discard();
  MonoTime now{std::chrono::hours(1)};
};

TEST_CASE_METHOD(PortFixture,
                 "A modem whose port has gone is opened elsewhere") {
  ports.Add("/dev/ttyUSB4").imei = kImei;
  auto port = Port(kImei);
  for (int i = 0; i < 5; ++i) Turn(port);
  CHECK(ports["/dev/ttyUSB4"].opened == 2);  // asked, then used
  CHECK(port.modem().state() == ModemState::kProbing);
}

TEST_CASE_METHOD(PortFixture, "A port given to another modem is left") {
  ports.Add("/dev/ttyUSB0").imei = kAnother;
  ports["/dev/ttyUSB0"].obeys = true;
  ports.Add("/dev/ttyUSB1").imei = kImei;
  ports["/dev/ttyUSB1"].obeys = true;
  auto port = Port(kImei);
  for (int i = 0; i < 100 && port.modem().info().imei != kImei; ++i) Turn(port);
  CHECK(port.modem().info().imei == kImei);
  CHECK(ports["/dev/ttyUSB1"].written.find("AT+CGMI") != std::string::npos);
}

TEST_CASE_METHOD(PortFixture, "Two modems that have changed places are found") {
  PortContext context(ports.Opener(), nullptr, nullptr, ports.Lister());
  ports.Add("/dev/ttyUSB0").imei = kAnother;
  ports.Add("/dev/ttyUSB1").imei = kImei;
  for (const char* name : {"/dev/ttyUSB0", "/dev/ttyUSB1"}) {
    ports[name].obeys = true;
  }
  ModemPort a({.name = "a", .device = "/dev/ttyUSB0", .imei = kImei}, context,
              log);
  ModemPort b({.name = "b", .device = "/dev/ttyUSB1", .imei = kAnother},
              context, log);
  for (int i = 0; i < 2000; ++i) {
    Turn(a);
    Turn(b);
  }
  CHECK(a.modem().info().imei == kImei);
  CHECK(b.modem().info().imei == kAnother);
}

TEST_CASE_METHOD(PortFixture, "Without an IMEI no port of others is touched") {
  ports.Add("/dev/ttyUSB4").imei = kImei;
  auto port = Port("");
  for (int i = 0; i < 50; ++i) Turn(port);
  CHECK(ports.listed == 0);
  CHECK(ports["/dev/ttyUSB4"].opened == 0);
}

TEST_CASE_METHOD(PortFixture,
                 "A modem that comes back to its port is used there") {
  auto port = Port(kImei);
  for (int i = 0; i < 50; ++i) Turn(port);
  CHECK(ports.listed > 1);
  ports.Add("/dev/ttyUSB0");
  for (int i = 0; i < 400; ++i) Turn(port);
  CHECK(ports["/dev/ttyUSB0"].opened >= 1);
}

}  // namespace
}  // namespace smsweb
