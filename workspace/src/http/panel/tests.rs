mod escaping;
mod forms;
mod samples;
mod showing;
