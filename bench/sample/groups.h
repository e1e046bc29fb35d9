// Which group a process belongs to, look after look.
//
// The nearest of these decides: it is one of a group's roots; it has a name
// that a group names; it was in a group before (its parent may have ended
// since); its parent's group; the group of whoever leads, or led, its session.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "bench/sample/process_table.h"
#include "bench/sample/sampler.h"

namespace smsweb::bench {

class GroupBook {
 public:
  explicit GroupBook(std::vector<SampleGroup> groups)
      : groups_(std::move(groups)) {}

  // Sets `group` of each process. Roots are those that have their pids at the
  // first look: later, a pid may be somebody else's.
  void Assign(ProcessTable& table);

  const std::vector<SampleGroup>& groups() const { return groups_; }

 private:
  using Key = std::pair<pid_t, std::uint64_t>;  // pid and start
  static Key KeyOf(const Process& process) {
    return {process.pid, process.start};
  }
  void FindRoots(const ProcessTable& table);
  int ByItself(const Process& process) const;
  int Settle(Process& process, ProcessTable& table) const;
  int ByDescent(const Process& process, ProcessTable& table) const;
  void Remember(const ProcessTable& table);

  std::vector<SampleGroup> groups_;
  bool has_roots_ = false;
  std::map<Key, int> roots_;
  std::map<Key, int> members_;     // at the last look
  std::map<pid_t, int> sessions_;  // that are, or were, led by a member
};

}  // namespace smsweb::bench
