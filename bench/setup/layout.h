// Where the things of one set-up are, below its private folder.
#pragma once

#include <filesystem>
#include <string>

namespace smsweb::bench {

struct Layout {
  std::filesystem::path folder;

  std::filesystem::path Program(const std::string& name) const {
    return folder / "bin" / name;
  }
  std::filesystem::path Web() const { return folder / "web"; }      // its files
  std::filesystem::path State() const { return folder / "state"; }  // its own
  std::filesystem::path Log(const std::string& name) const {
    return folder / "log" / (name + ".log");
  }
  std::filesystem::path Config() const { return folder / "smsweb.toml"; }
  std::filesystem::path Queue() const { return folder / "queue.db"; }
  // s.py has it beside the queue.
  std::filesystem::path PaperLog() const { return folder / "main.log"; }
  std::filesystem::path Bell() const { return folder / "bell.sock"; }
  std::filesystem::path Phone() const { return folder / "phone.jsonl"; }
  std::filesystem::path Endpoint(int number) const {  // from 1
    return folder / ("cgi-" + std::to_string(number) + ".sock");
  }
  std::filesystem::path Modem(int number) const {
    return folder / ("modem-" + std::to_string(number));
  }

  // The longest path of a socket in it: mod_fcgid's, with a process id and a
  // number behind it.
  static constexpr std::string_view kLongestSocket =
      "/state/fcgid/4194304.12345";
};

}  // namespace smsweb::bench
