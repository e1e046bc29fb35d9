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
  std::filesystem::path Web() const { return folder / "web"; }  // its files
  // What a program says on its standard output and error.
  std::filesystem::path Output(const std::string& name) const {
    return folder / "output" / (name + ".log");
  }
  std::filesystem::path Config() const { return folder / "smsweb.toml"; }

  // The two folders in which programs write; all else is not theirs.
  std::filesystem::path Logs() const { return folder / "log"; }
  std::filesystem::path State() const { return folder / "state"; }

  std::filesystem::path Log(const std::string& name) const {
    return Logs() / (name + ".log");
  }
  std::filesystem::path Queue() const { return State() / "queue.db"; }
  // s.py has it beside the queue.
  std::filesystem::path PaperLog() const { return State() / "main.log"; }
  std::filesystem::path Bell() const { return State() / "bell.sock"; }
  std::filesystem::path Phone() const { return State() / "phone.jsonl"; }
  std::filesystem::path Endpoint(int number) const {  // from 1
    return State() / ("cgi-" + std::to_string(number) + ".sock");
  }
  std::filesystem::path Modem(int number) const {
    return State() / ("modem-" + std::to_string(number));
  }

  // The longest path of a socket in it: mod_fcgid's, with a process id and a
  // number behind it.
  static constexpr std::string_view kLongestSocket =
      "/state/fcgid/4194304.12345";
};

}  // namespace smsweb::bench
