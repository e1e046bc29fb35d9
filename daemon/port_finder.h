// Finds a modem again whose port has another name than before, by its IMEI:
// asks the ports that nobody of ours holds with AT+CGSN, one after the other.
// That writes to strangers' ports, so it is done for modems whose IMEI is in
// the configuration alone.
//
// Passive, as Modem is: it is told when its line is readable and what time it
// is. A round ends with a port, or with none; each step is logged.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/line/line.h"
#include "common/line/ports.h"

namespace smsweb {

// The ports that our modems hold, or are being asked, whatever names they are
// called by. Shared by all modems of a spooler.
class PortsInUse {
 public:
  bool Take(const std::string& device);  // false: it is taken
  void Free(const std::string& device);  // by the name it was taken by

 private:
  // From the name to the port it led to when it was taken: a link such as
  // those in /dev/serial/by-id goes with the port.
  std::map<std::string, std::string> taken_;
};

class PortFinder {
 public:
  struct Wanted {
    std::string modem;  // its name, for the log
    std::string imei;
    SerialSettings settings;
  };

  PortFinder(Wanted wanted, LineOpener open, PortLister list,
             std::shared_ptr<PortsInUse> in_use, const Logger& log);
  ~PortFinder() { Leave(); }
  PortFinder(const PortFinder&) = delete;

  // Not at `except`, where another modem has answered: two that have changed
  // places find each other's port free.
  void Start(MonoTime now, const std::string& except = "");
  bool Searching() const { return searching_; }
  void Service(bool readable, MonoTime now);
  // After a round: the port that answered, once.
  std::optional<std::string> TakeFound();

  int fd() const { return line_ ? line_->fd() : -1; }
  short PollEvents() const;
  std::optional<MonoTime> Deadline() const;

 private:
  void AskNext(MonoTime now);
  void Ask(MonoTime now);
  void Flush();
  void Read(MonoTime now);
  void Judge(MonoTime now);
  void GiveUp(std::string_view why, MonoTime now);
  void Leave();
  void Step(std::string_view what, std::string_view result);

  const Wanted wanted_;
  const LineOpener open_;
  const PortLister list_;
  const std::shared_ptr<PortsInUse> in_use_;
  const Logger& log_;

  bool searching_ = false;
  std::vector<PortEntry> candidates_;  // the next is the last
  std::string asked_;                  // the port of `line_`
  std::unique_ptr<Line> line_;
  std::string unwritten_;
  std::string heard_;
  int times_asked_ = 0;
  MonoTime deadline_{};
  std::optional<std::string> found_;
  std::string course_;  // of this round, and of the one before: said once
  std::string last_course_;
};

}  // namespace smsweb
