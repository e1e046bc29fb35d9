#include "faults/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "common/line/traced_line.h"
#include "common/profile/profile.h"
#include "common/store/sqlite_store.h"

namespace smsweb::faults {
namespace {

// Far more than any scenario needs at one instant: whoever takes more never
// comes to rest.
constexpr int kMostRounds = 20'000;
// A deadline that is over again and again, without anything that happens.
constexpr int kMostIdleSteps = 200;
// As run.cc does where the queue can't be had.
constexpr Millis kQueuePause{1'000};

// The line that ModemPort has: it ends in a simulated modem.
class PortLine final : public Line {
 public:
  // `fd` is the place of `port` among all, for World::TurnSpooler().
  PortLine(Port& port, int fd, std::uint64_t& happenings)
      : port_(port), fd_(fd), happenings_(happenings), line_(port.Open()) {}
  ~PortLine() override { port_.Close(line_); }
  int fd() const override { return fd_; }
  Result<std::size_t> Read(std::span<char> buffer) override {
    if (!port_.CanRead(line_)) return Gone();
    const std::size_t count = port_.Read(buffer);
    happenings_ += count;
    return count;
  }
  Result<std::size_t> Write(std::string_view bytes) override {
    if (!port_.CanWrite(line_)) return Gone();
    happenings_ += bytes.size();
    if (!bytes.empty()) port_.Write(bytes);
    return bytes.size();
  }

 private:
  static std::unexpected<Error> Gone() {
    return Fail(ErrorKind::kUnavailable, "the port is gone");
  }
  Port& port_;
  const int fd_;
  std::uint64_t& happenings_;
  const int line_;
};

std::filesystem::path MemoryOrDisk() {
  const std::filesystem::path memory = "/dev/shm";
  return std::filesystem::is_directory(memory)
             ? memory
             : std::filesystem::temp_directory_path();
}

Result<std::unique_ptr<Store>> OpenQueue(const std::string& path) {
  auto opened = OpenSqliteStores(path);
  if (!opened) return std::unexpected(opened.error());
  return std::move(opened->queue);
}

// An empty queue, its schema made once for all scenarios.
void CopyEmptyQueue(const std::string& folder) {
  static const TempFolder kEmpty(MemoryOrDisk());
  static const bool kMade = OpenQueue(kEmpty / "queue.db").has_value();
  if (kMade) std::filesystem::copy(kEmpty / "", folder);
}

Config ConfigOf(const Scenario& scenario) {
  auto config = ParseConfig(
      scenario.config, scenario.name,
      [](const std::string&) { return std::nullopt; }, Secrets::kResolve);
  if (!config) throw Failure{config.error().message};
  return std::move(*config);
}

// The built-in ones, and those of the scenario.
std::shared_ptr<const ModemProfiles> ProfilesOf(const Scenario& scenario) {
  static const auto kBuiltIn = LoadProfiles("/nobody/has/this/folder");
  if (!kBuiltIn) throw Failure{kBuiltIn.error().message};
  if (scenario.profiles.empty()) return *kBuiltIn;
  auto profiles = std::make_shared<ModemProfiles>(**kBuiltIn);
  for (const auto& [name, toml] : scenario.profiles) {
    auto profile = ParseProfile(toml, name + ".toml");
    if (!profile) throw Failure{profile.error().message};
    profiles->push_back(std::move(*profile));
  }
  return profiles;
}

sim::Script ScriptOf(const Scenario& scenario) {
  auto script = sim::ParseScript(scenario.script, scenario.name + ".txt");
  if (!script) throw Failure{script.error().message};
  return std::move(*script);
}

Logger OpenLog(const std::string& file) {
  auto log = Logger::Open("smswebd", "debug", file);
  if (!log) throw Failure{log.error().message};
  return std::move(*log);
}

}  // namespace

Result<void> Phones::Write(std::string_view lines) {
  std::istringstream stream{std::string(lines)};
  std::string line;
  while (std::getline(stream, line)) {
    const auto record = nlohmann::json::parse(line);
    const std::string event = record.value("event", "");
    if (event == "script") obeyed.insert(record.value("rule", ""));
    if (event != "message" && event != "part") continue;
    (event == "message" ? messages : parts)
        .push_back({record.value("recipient", ""), record.value("text", ""),
                    record.value("modem", "")});
  }
  return {};
}

World::World(const Scenario& scenario, Delivery delivery, std::uint32_t seed,
             const OpenStore& open_store)
    : config(ConfigOf(scenario)),
      profiles_(ProfilesOf(scenario)),
      folder_(MemoryOrDisk()),
      open_store_(open_store ? open_store : OpenQueue),
      start_(clock.Mono()),
      log_(OpenLog(folder_ / "log")),
      network_(sim::Outcomes(), phones) {
  script_ = ScriptOf(scenario);
  if (!open_store) CopyEmptyQueue(folder_ / "");
  int index = 0;
  for (const std::string& name : scenario.modems) {
    ports_.push_back(std::make_unique<Port>(
        name,
        sim::AtSession({.name = name, .index = index++}, network_,
                       scenario.send_time, script_),
        clock, trace, delivery, seed++));
  }
  Start();
}

Result<std::unique_ptr<Line>> World::OpenLine(const std::string& device) {
  ++happenings_;
  for (std::size_t i = 0; i < ports_.size(); ++i) {
    Port& port = *ports_[i];
    if (port.Place() != device) continue;
    trace.Add(SinceStart(), port.name() + " is opened at " + device);
    return std::make_unique<PortLine>(port, static_cast<int>(i), happenings_);
  }
  return Fail(ErrorKind::kUnavailable, device + ": no such port");
}

std::vector<PortEntry> World::ListPorts() const {
  std::vector<PortEntry> entries;
  for (const auto& port : ports_) {
    if (const auto place = port->Place()) {
      entries.push_back({.path = *place, .by_id = "", .description = ""});
    }
  }
  return entries;
}

PortContext World::MakeContext() {
  return {[this](const std::string& device, const SerialSettings&) {
            return OpenLine(device);
          },
          profiles_,
          [this](std::unique_ptr<Line> line, const ModemConfig& modem,
                 const std::string& device) {
            return TraceLine(std::move(line), modem.name, device, clock,
                             [this](std::string_view text) {
                               wire_trace += text;
                               wire_trace += '\n';
                             });
          },
          [this] { return ListPorts(); }};
}

void World::Start() {
  start_at_.reset();
  try {
    const auto begun = Begin();
    if (begun) return;
    trace.Add(SinceStart(), "no queue: " + begun.error().message);
    if (begun.error().kind != ErrorKind::kUnavailable) {
      throw Failure{begun.error().message};
    }
    start_at_ = clock.Mono() + kQueuePause;
  } catch (const Killed&) {
    Died(away_after_kill);
  }
}

// Also once more, where it failed before.
Result<void> World::Begin() {
  if (!spooler) {
    trace.Add(SinceStart(), "the spooler starts");
    store.reset();
    auto opened = open_store_(folder_ / "queue.db");
    if (!opened) return std::unexpected(opened.error());
    store = std::make_unique<FaultyStore>(std::move(*opened));
    context_.emplace(MakeContext());
    spooler = std::make_unique<Spooler>(config, *store, *context_, windows_,
                                        clock, random, log_);
  }
  return spooler->CleanUp();
}

std::uint64_t World::Happenings() const {
  return happenings_ + (store ? store->changes : 0);
}

Millis World::SinceStart() const {
  return std::chrono::floor<Millis>(clock.Mono() - start_);
}

void World::AdvanceTo(Millis since_start) {
  const MonoTime until = start_ + since_start;
  Settle();
  for (int idle = 0;;) {
    const auto next = NextDeadline();
    if (!next || *next > until) break;
    const std::uint64_t before = Happenings();
    const auto wait = std::chrono::ceil<Millis>(*next - clock.Mono());
    clock.Advance(std::max(wait, Millis(wait > Millis(0) ? 0 : 1)));
    Settle();
    idle = Happenings() == before && wait <= Millis(0) ? idle + 1 : 0;
    if (idle > kMostIdleSteps) throw Failure{"a deadline that never passes"};
  }
  if (clock.Mono() < until) {
    clock.Advance(std::chrono::ceil<Millis>(until - clock.Mono()));
  }
  Settle();
}

std::optional<MonoTime> World::NextDeadline() const {
  auto next = start_at_ ? start_at_ : spooler->Deadline();
  for (const auto& port : ports_) {
    const auto deadline = port->Deadline();
    if (deadline && (!next || *deadline < *next)) next = deadline;
  }
  return next;
}

// Everything that happens at this instant.
void World::Settle() {
  for (int round = 0; SettleOnce(); ++round) {
    if (round > kMostRounds) throw Failure{"it never comes to rest"};
  }
}

bool World::SettleOnce() {
  bool happened = false;
  for (const auto& port : ports_) happened |= port->Turn();
  return TurnSpooler() || happened;
}

bool World::TurnSpooler() {
  if (start_at_) {
    if (clock.Mono() < *start_at_) return false;
    Start();
    return true;
  }
  const auto is_readable = [this](const pollfd& line) {
    return line.fd >= 0 &&
           ports_[static_cast<std::size_t>(line.fd)]->Readable();
  };
  std::vector<bool> readable;
  std::ranges::transform(spooler->PollFds(), std::back_inserter(readable),
                         is_readable);
  const std::uint64_t before = Happenings();
  try {
    spooler->Turn(readable);
  } catch (const Killed&) {
    Died(away_after_kill);
  }
  return Happenings() != before;
}

void World::Died(Millis away) {
  spooler.reset();
  trace.Add(SinceStart(), "the spooler is dead");
  start_at_ = clock.Mono() + away;
}

void World::Kill(Millis away) { Died(away); }

void World::KillAsPduLeaves(Millis away) {
  away_after_kill = away;
  for (const auto& port : ports_) {
    port->on_pdu = [this] {
      for (const auto& other : ports_) other->on_pdu = nullptr;
      throw Killed();
    };
  }
}

void World::Stop(Millis away) {
  spooler->Quiesce();
  for (int i = 0; spooler->Busy(); ++i) {
    if (i > kMostRounds) throw Failure{"it does not end"};
    Settle();
    if (const auto next = NextDeadline(); spooler->Busy() && next) {
      clock.Advance(
          std::max(std::chrono::ceil<Millis>(*next - clock.Mono()), Millis(1)));
    }
  }
  spooler->SayGoodbye();
  Died(away);
}

std::vector<std::string> World::UnusedRules() const {
  std::vector<std::string> unused;
  for (const sim::Rule& rule : script_.rules) {
    if (!phones.obeyed.contains(rule.place)) unused.push_back(rule.place);
  }
  return unused;
}

std::string World::Log() const {
  std::ifstream file(folder_ / "log");
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace smsweb::faults
