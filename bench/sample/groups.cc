#include "bench/sample/groups.h"

#include <algorithm>
#include <string_view>

namespace smsweb::bench {
namespace {

// The kernel keeps no more of a name.
constexpr std::size_t kLongestName = 15;

constexpr int kUnsettled = kNoGroup - 1;

bool Names(const SampleGroup& group, std::string_view process) {
  return std::ranges::any_of(group.names, [&](std::string_view name) {
    return name.substr(0, kLongestName) == process;
  });
}

template <typename Map, typename Key>
int Look(const Map& map, const Key& key) {
  const auto found = map.find(key);
  return found == map.end() ? kNoGroup : found->second;
}

}  // namespace

void GroupBook::FindRoots(const ProcessTable& table) {
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    for (const pid_t root : groups_[i].roots) {
      if (const Process* process = Find(table, root)) {
        roots_.emplace(KeyOf(*process), static_cast<int>(i));
      }
    }
  }
  has_roots_ = true;
}

int GroupBook::ByItself(const Process& process) const {
  const int root = Look(roots_, KeyOf(process));
  if (root != kNoGroup) return root;
  const auto named = std::ranges::find_if(
      groups_, [&](const auto& group) { return Names(group, process.name); });
  if (named != groups_.end()) return static_cast<int>(named - groups_.begin());
  return Look(members_, KeyOf(process));
}

// The table was read while processes came and went: their parents may go in a
// circle. Who is met again while he is being settled is in no group.
int GroupBook::Settle(Process& process, ProcessTable& table) const {
  if (process.group != kUnsettled) return process.group;
  process.group = kNoGroup;
  process.group = ByItself(process);
  if (process.group == kNoGroup) process.group = ByDescent(process, table);
  return process.group;
}

int GroupBook::ByDescent(const Process& process, ProcessTable& table) const {
  const auto parent = table.find(process.parent);
  const int inherited =
      parent == table.end() ? kNoGroup : Settle(parent->second, table);
  if (inherited != kNoGroup) return inherited;
  const auto leader = table.find(process.session);
  return leader == table.end() ? Look(sessions_, process.session)
                               : Settle(leader->second, table);
}

void GroupBook::Remember(const ProcessTable& table) {
  members_.clear();
  std::map<pid_t, int> sessions;
  for (const auto& [pid, process] : table) {
    if (process.group != kNoGroup) members_[KeyOf(process)] = process.group;
    if (process.session == 0) continue;  // the kernel's own
    const Process* leader = Find(table, process.session);
    const int led = leader ? leader->group : Look(sessions_, process.session);
    if (led != kNoGroup) sessions[process.session] = led;
  }
  sessions_ = std::move(sessions);
}

void GroupBook::Assign(ProcessTable& table) {
  if (!has_roots_) FindRoots(table);
  for (auto& [pid, process] : table) process.group = kUnsettled;
  for (auto& [pid, process] : table) Settle(process, table);
  Remember(table);
}

}  // namespace smsweb::bench
