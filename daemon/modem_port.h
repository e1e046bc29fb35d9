// A modem with its line: opens it, opens it again when it was lost, looks for
// it at other ports when it has moved, carries bytes between the two. Passive:
// the loop asks what to wait for.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/config/config.h"
#include "common/line/line.h"
#include "common/modem/modem.h"
#include "daemon/port_finder.h"

namespace smsweb {

// Puts something around a line of this modem that was opened at `device`.
using LineDecorator = std::function<std::unique_ptr<Line>(
    std::unique_ptr<Line> line, const ModemConfig& modem,
    const std::string& device)>;

// What all ports have in common. A LineOpener alone will do: no makers are
// known then.
struct PortContext {
  template <std::convertible_to<LineOpener> Opener>
  PortContext(Opener open_in,  // NOLINT(google-explicit-constructor)
              std::shared_ptr<const ModemProfiles> profiles_in = nullptr,
              LineDecorator decorate_in = nullptr, PortLister list_in = nullptr)
      : open(std::move(open_in)),
        profiles(std::move(profiles_in)),
        decorate(std::move(decorate_in)),
        list(std::move(list_in)) {}

  LineOpener open;
  std::shared_ptr<const ModemProfiles> profiles;
  LineDecorator decorate;  // none: lines stay as they are
  PortLister list;         // none: a modem that has moved is not looked for
  std::shared_ptr<PortsInUse> in_use = std::make_shared<PortsInUse>();
};

class ModemPort {
 public:
  ModemPort(const ModemConfig& config, PortContext context, const Logger& log);
  ~ModemPort();
  ModemPort(const ModemPort&) = delete;

  // Opens what is due, reads what is there, lets deadlines pass, and writes.
  // `readable`: poll said so for fd().
  void Service(bool readable, MonoTime now);
  void Flush(MonoTime now);

  Modem& modem() { return modem_; }
  const Modem& modem() const { return modem_; }
  const ModemConfig& config() const { return config_; }
  std::vector<ModemEvent> TakeEvents(MonoTime now);

  // For poll(): -1 while there is no line, not even one where it is looked for.
  int fd() const;
  short PollEvents() const;
  std::optional<MonoTime> Deadline() const;

 private:
  bool Searching() const { return finder_ && finder_->Searching(); }
  void Search(bool readable, MonoTime now);
  void LookElsewhere(MonoTime now, const std::string& except = "");
  void TryOpen(MonoTime now);
  Result<void> Open();
  void Lose(const std::string& why, MonoTime now);
  void Reopen(const std::string& why, MonoTime now);
  void ReadAll(MonoTime now);

  const ModemConfig config_;
  const PortContext context_;
  const Logger& log_;
  Modem modem_;
  std::unique_ptr<PortFinder> finder_;  // none: no IMEI is configured
  std::string device_;                  // where the modem is, or was
  int reopened_ = 0;                    // since it was last ready
  std::unique_ptr<Line> line_;
  bool connected_ = false;  // the modem has been told that its line is open
  std::string unwritten_;
  std::optional<MonoTime> open_at_;  // none: now
  Millis pause_;                     // before the next try
  std::string last_error_;           // said once, until it changes
};

}  // namespace smsweb
