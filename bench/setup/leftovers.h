// Names of what a set-up makes on the machine (its private folder, its control
// groups), from which can be told who made it, and whether he still lives.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace smsweb::bench {

// For mkdtemp(3). What is to be kept has another name.
std::string NameTemplate(pid_t maker, bool keep);

// Who made something of that name; none: it is not ours, or to be kept.
std::optional<pid_t> MakerOf(std::string_view name);

// Whether something of that name was left behind by a process that is gone.
bool IsLeftover(std::string_view name,
                const std::function<bool(pid_t)>& is_alive);
bool IsLeftover(std::string_view name);

// Removes what processes that are gone, killed before they could, left in that
// folder, of this user's; and their control groups, with what runs in them. For
// the end of a program that was, and for the beginning of the next one.
void RemoveLeftovers(const std::filesystem::path& folder);

}  // namespace smsweb::bench
